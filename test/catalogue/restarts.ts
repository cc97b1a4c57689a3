// Everything comes back by itself, and nothing that was accepted is lost: each container restarted alone, and the two stores
// killed in the middle of their work.
import { abreast } from "../support/abreast";
import { docker } from "../support/docker";
import { eventually } from "../support/eventually";
import { killProgram } from "../support/kill-program";
import { allRealPhotos, realPhoto, withoutMetadata } from "../support/photos";
import { type Whole, minutes } from "./whole-stack";

export const restarts = (whole: () => Whole): void => {
  describe("what restarts", () => {
    /** Path of the photo by the id of its prediction: all that was accepted since this part began. */
    const accepted = new Map<string, string>();
    let photosBefore: string[];
    let rowsBefore: string[];

    const upload = async (photo: string) => {
      const { id } = await whole().client.upload(photo);
      accepted.set(id, photo);
    };

    beforeAll(async () => {
      photosBefore = await whole().client.photoKeys();
      rowsBefore = (await whole().client.allRows()).map(({ id }) => id);
    }, minutes);

    it(
      "comes back healthy, whichever container it is",
      async () => {
        for (const { name } of whole().services) {
          await upload(realPhoto("food11_3_411.jpg"));
          const { StartedAt } = (await whole().container(name)).State;
          await docker("restart", whole().stack.containerName(name));
          expect((await whole().container(name)).State.StartedAt).not.toBe(StartedAt);
          await whole().healthy();
        }
      },
      15 * minutes,
    );

    it.each(["postgres", "minio"])(
      "comes back by itself when the program of %s is killed in the middle of its work",
      async (service) => {
        const before = await whole().container(service);
        const uploads = uploading(upload);
        await uploads.begun(5);
        await killProgram(whole().stack.containerName(service));
        await eventually(
          async () => {
            const { RestartCount } = await whole().container(service);
            expect(RestartCount).toBe(before.RestartCount + 1);
          },
          { withinSeconds: 120 },
        );
        await whole().healthy();
        // Against a store that is back, too.
        await uploads.begun(5);
        await uploads.stop();
      },
      5 * minutes,
    );

    it(
      "has kept all that was accepted, once, and all that was there before",
      async () => {
        const { client } = whole();
        expect(accepted.size).toBeGreaterThan(whole().services.length + 20);
        const rows = await eventually(
          async () => {
            const found = await client.rows([...accepted.keys()]);
            expect(found.map(({ id }) => id).sort()).toEqual([...accepted.keys()].sort());
            return found;
          },
          { withinSeconds: 120 },
        );
        await abreast(rows, async ({ id, object_key }) => {
          const kept = await client.photo(object_key);
          // Compared here: a difference of two photos in words would be a page long.
          if (!kept.equals(withoutMetadata(accepted.get(id)!)))
            throw new Error(`${object_key} isn't the photo that was uploaded`);
        });
        const photos = await client.photoKeys();
        expect(photos.sort()).toEqual(
          [...photosBefore, ...rows.map(({ object_key }) => object_key)].sort(),
        );
        const ids = (await client.allRows()).map(({ id }) => id);
        expect(ids.sort()).toEqual([...rowsBefore, ...accepted.keys()].sort());
      },
      4 * minutes,
    );
  });
};

/** About as many a second as a busy class uploads. */
const betweenUploadsMs = 250;

/** Uploads one photo after another until it is told to stop; one that isn't accepted is an error then. */
function uploading(upload: (photo: string) => Promise<void>) {
  const photos = allRealPhotos();
  let stopped = false;
  let done = 0;
  const ended = (async () => {
    for (let turn = 0; !stopped; turn++) {
      await upload(photos[turn % photos.length]!);
      done += 1;
      await new Promise((resolve) => setTimeout(resolve, betweenUploadsMs));
    }
  })();
  // Told to whoever waits for it; until then it is no error that nobody handles.
  ended.catch(() => undefined);
  return {
    /** Resolves when so many more were accepted. */
    async begun(count: number): Promise<void> {
      const wanted = done + count;
      await Promise.race([ended, eventually(() => reached(wanted), { withinSeconds: 60 })]);
    },
    stop(): Promise<void> {
      stopped = true;
      return ended;
    },
  };

  function reached(wanted: number): Promise<void> {
    return done >= wanted
      ? Promise.resolve()
      : Promise.reject(new Error(`${done} of ${wanted} photos were accepted`));
  }
}
