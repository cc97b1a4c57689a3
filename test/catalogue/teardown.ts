// The end of the whole stack's life: a second deployment changes nothing, and a destroyed stack leaves nothing but its data.
import { labelled } from "../support/docker";
import { type Whole, minutes, workTree } from "./whole-stack";

export const teardown = (whole: () => Whole): void => {
  describe("a second deployment, and the end", () => {
    it(
      "needs no change",
      async () => {
        expect(await whole().stack.planned()).toEqual([]);
        const printed = await whole().stack.up();
        expect(printed).toMatch(/\d+ unchanged/);
        expect(printed).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      },
      5 * minutes,
    );

    it("has changed nothing in the clone", async () => {
      expect(await workTree()).toBe(whole().treeBefore);
    });

    it(
      "leaves the volumes with data, and nothing else",
      async () => {
        const { stack, services } = whole();
        const data = services
          .flatMap(({ volumes }) => volumes)
          .filter(({ holdsData }) => holdsData)
          .map(({ name }) => `volume ${stack.containerName(name)}`);
        expect(data.length).toBeGreaterThan(4);
        await stack.succeed("destroy", "-s", stack.name);
        expect(await labelled(stack.name)).toEqual([...new Set(data)].sort());
      },
      5 * minutes,
    );

    it(
      "leaves nothing at all when the data goes too",
      async () => {
        const { stack } = whole();
        await stack.succeed("destroy", "-s", stack.name, "--volumes", "--yes");
        expect(await labelled(stack.name)).toEqual([]);
        expect(await workTree()).toBe(whole().treeBefore);
      },
      3 * minutes,
    );
  });
};
