// Answers to requests whose body nobody wanted, as a client meets them that sends everything before it reads.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fastify, type FastifyInstance } from "fastify";
import { readRequestsToTheEnd } from "./read-to-the-end";

const MIB = 2 ** 20;
const limitMiB = 4;

let app: FastifyInstance;
let socket: Socket;
let received = "";
let begun = 0;
let over = 0;
/** Requests that are in the hands of the hook. */
const held = () => begun - over;

beforeEach(async () => {
  app = fastify({ forceCloseConnections: true });
  readRequestsToTheEnd(app, { mostMiB: limitMiB, but: [401] });
  [begun, over] = [0, 0];
  app.addHook("onRequest", (request, _reply, done) => {
    begun += 1;
    request.raw.once("close", () => (over += 1));
    done();
  });
  // Refused before anything of the body is read.
  app.addHook("onRequest", (request, reply, done) => {
    if (request.url === "/refused") void reply.code(429).send({ code: "too-many" });
    else if (request.url === "/stranger") void reply.code(401).send({ code: "who-are-you" });
    else done();
  });
  app.post("/", () => ({ code: "accepted" }));
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  socket = connect(Number(port), "127.0.0.1");
  received = "";
  socket.on("data", (bytes) => (received += bytes.toString()));
});
afterEach(async () => {
  socket.destroy();
  await app.close();
});

const begin = (path: string, framing: string) =>
  socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: text/x\r\n${framing}\r\n\r\n`);
const answer = async () => {
  while (!received.includes("\r\n\r\n")) await once(socket, "data");
  return received;
};

it.each([
  ["/refused", 429],
  ["/", 415],
  ["/nowhere", 404],
])("the answer of %s comes when all is sent, on a connection that stays", async (path, status) => {
  begin(path, `content-length: ${2 * MIB}`);
  socket.write(Buffer.alloc(MIB));
  await sleep(100);
  expect(received).toBe("");
  socket.write(Buffer.alloc(MIB));
  expect(await answer()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(received).not.toMatch(/connection: close/i);
  received = "";
  begin("/refused", "content-length: 0");
  expect(await answer()).toMatch(/^HTTP\/1.1 429 /);
});

it("what comes in chunks is read, too", async () => {
  begin("/refused", "transfer-encoding: chunked");
  socket.write(`${MIB.toString(16)}\r\n`);
  socket.write(Buffer.alloc(MIB));
  await sleep(100);
  expect(received).toBe("");
  socket.write("\r\n0\r\n\r\n");
  expect(await answer()).toMatch(/^HTTP\/1.1 429 /);
});

it.each([
  ["by its length", `content-length: ${limitMiB * MIB + 1}`, Buffer.alloc(0)],
  ["in chunks", "transfer-encoding: chunked", Buffer.alloc(limitMiB * MIB + 1)],
])("what is larger than can be waited for is answered at once: %s", async (_how, framing, body) => {
  begin("/refused", framing);
  if (body.length > 0) socket.write(`${body.length.toString(16)}\r\n`);
  socket.write(body);
  expect(await answer()).toMatch(/^HTTP\/1.1 429 /);
  expect(received).toMatch(/connection: close/i);
});

it("what is among the exceptions is answered at once", async () => {
  begin("/stranger", `content-length: ${MIB}`);
  expect(await answer()).toMatch(/^HTTP\/1.1 401 /);
});

it("a client that goes away is let go", async () => {
  begin("/refused", `content-length: ${MIB}`);
  while (held() === 0) await sleep(5);
  socket.destroy();
  while (held() > 0) await sleep(5);
});
