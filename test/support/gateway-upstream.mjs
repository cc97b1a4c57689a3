// A service for the gateway to stand before, without anything but Node.js: answers with what it was asked.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout } from "node:timers";

const acceptKey = (key) =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

const routes = {
  "/upload": async (request, response) => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of request) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    json(response, { bytes, sha256: hash.digest("hex") });
  },
  /** Two events, the second one only after a while. */
  "/events": (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
    setTimeout(() => response.end("data: second\n\n"), 3000);
  },
  "/page": (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>A page</title><h1>Behind the gateway</h1>");
  },
  /** A part of the request is taken, then the connection breaks. */
  "/breaks": (request) => {
    broken += 1;
    request.once("data", () => request.socket.destroy());
  },
  "/broken": (_request, response) => json(response, { broken }),
  "/well": (request, response) => json(response, { host: request.headers.host }),
};
let broken = 0;

function json(response, body) {
  response.writeHead(200, {
    "content-type": "application/json",
    server: "toy",
    "x-frame-options": "DENY",
  });
  response.end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  const { method, url, headers } = request;
  const route = routes[url.split("?")[0]];
  // A client that goes away in the middle is no reason to end.
  if (route) Promise.resolve(route(request, response)).catch(() => request.destroy());
  else json(response, { name: process.env.HOSTNAME, method, url, headers });
});

/** A WebSocket that says again what it hears, as long as that is short. */
server.on("upgrade", (request, socket) => {
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(request.headers["sec-websocket-key"])}\r\n\r\n`,
  );
  socket.on("error", () => socket.destroy());
  let frame = Buffer.alloc(0);
  // A frame may come in pieces; of this length it has two bytes of its own and four of its mask (RFC 6455, 5.2).
  socket.on("data", (piece) => {
    frame = Buffer.concat([frame, piece]);
    if (frame.length < 2 || frame.length < 6 + (frame[1] & 127)) return;
    const isText = (frame[0] & 15) === 1;
    if (!isText) return socket.end();
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6).map((byte, at) => byte ^ mask[at % 4]);
    socket.write(Buffer.concat([Buffer.from([129, text.length]), text]));
    frame = Buffer.alloc(0);
  });
});
server.listen(Number(process.env.PORT));
process.on("SIGTERM", () => process.exit());
