// Connections that end before their time, and the memory that their bodies were given.
import { once } from "node:events";
import { connect } from "node:net";
import { CallerGone } from "../errors";
import {
  answerOf,
  classification,
  picture,
  type Sent,
  type StandIn,
  startStandIn,
} from "../testing/stand-in";

let service: StandIn;
beforeEach(async () => {
  service = await startStandIn();
});
afterEach(() => service.app.close());

const answerTo = (sent: Sent) => answerOf(service, sent);

describe("a caller who hangs up", () => {
  it("is told of to the classifier, and counted, not answered", async () => {
    let signal: AbortSignal | undefined;
    const gone = new Promise<void>((resolve) => {
      service.classify = (_, options) =>
        new Promise((_resolve, reject) => {
          signal = options?.signal;
          socket.destroy();
          signal?.addEventListener("abort", () => {
            reject(new CallerGone());
            resolve();
          });
        });
    });
    const socket = connect(Number(new URL(service.origin).port), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n");
    socket.write("Content-Length: 3\r\n\r\negg");
    await gone;
    const metrics = await (await fetch(`${service.origin}/metrics`)).text();
    expect(metrics).toContain('http_problems_total{route="/predict",code="caller-gone"} 1');
  });

  it("isn't one who has got his answer", async () => {
    let signal: AbortSignal | undefined;
    service.classify = (_, options) => {
      signal = options?.signal;
      return Promise.resolve(classification);
    };
    const agent = {
      ...picture("image/jpeg"),
      headers: { "content-type": "image/jpeg", connection: "close" },
    };
    expect((await answerTo(agent)).status).toBe(200);
    expect(signal?.aborted).toBe(false);
  });
});

describe("the end of the service", () => {
  it("answers what was accepted, and cuts off what doesn't come", async () => {
    let finish = () => undefined as void;
    const underWay = new Promise<void>((started) => {
      service.classify = () => {
        started();
        return new Promise((resolve) => (finish = () => resolve(classification)));
      };
    });
    const accepted = answerTo(picture("image/jpeg"));
    await underWay;
    const dawdler = connect(Number(new URL(service.origin).port), "127.0.0.1");
    dawdler.on("error", () => undefined);
    dawdler.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n");
    dawdler.write("Content-Length: 1000\r\n\r\nx");
    const cut = once(dawdler, "close");
    dawdler.resume();
    await once(dawdler, "connect");
    await answerTo({ method: "GET", path: "/livez" }); // comes after it
    const closing = service.app.close();
    setTimeout(finish, 20);
    expect((await accepted).status).toBe(200);
    await Promise.all([closing, cut]);
  });
});

describe("the memory of bodies", () => {
  // One alone gets in, though it takes 12000 of the app's 10485 bytes: a body is counted twice.
  const large = () => picture("image/jpeg", Buffer.alloc(6000));
  let finish: () => void;
  let underWay: Promise<void>;

  beforeEach(() => {
    const finished = new Promise<void>((resolve) => (finish = resolve));
    underWay = new Promise((resolve) => {
      service.classify = async () => {
        resolve();
        await finished;
        return classification;
      };
    });
  });

  /** A request by hand, of which only these bytes of the body are sent. */
  function send(bytes: number) {
    const socket = connect(Number(new URL(service.origin).port), "127.0.0.1");
    socket.write("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n");
    socket.write("Content-Length: 6000\r\n\r\n");
    socket.write(Buffer.alloc(bytes));
    return socket;
  }

  /** The status of a further photo once it isn't the given one any more; jest's limit ends it. */
  async function statusOtherThan(status: number): Promise<number> {
    for (;;) {
      const answer = await answerTo(large());
      if (answer.status !== status) return answer.status;
    }
  }

  it("turns away what doesn't fit beside what is under way", async () => {
    const first = answerTo(large());
    await underWay;
    const second = await answerTo(large());
    expect(second.body).toMatchObject({ status: 503, code: "queue-full" });
    expect(second.headers.get("retry-after")).toBe("1");
    expect((await answerTo({ method: "GET", path: "/livez" })).status).toBe(200);
    finish();
    expect((await first).status).toBe(200);
    expect((await answerTo(large())).status).toBe(200);
  });

  it("is free again when a caller hangs up while sending", async () => {
    finish();
    const socket = send(100);
    await expect(statusOtherThan(200)).resolves.toBe(503);
    socket.destroy();
    await expect(statusOtherThan(503)).resolves.toBe(200);
  });

  it("stays taken by a photo in the queue whose caller has hung up", async () => {
    const socket = send(6000);
    await underWay;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await closed;
    expect((await answerTo(large())).status).toBe(503);
    finish();
    await expect(statusOtherThan(503)).resolves.toBe(200);
  });
});
