// The end of the service: answers what was accepted, and doesn't wait for ever for what still arrives.
import type { FastifyInstance } from "fastify";

/**
 * From closing on, Node takes no connections, ends those that are idle at that moment, and looks at
 * the time limits of requests no more. So answers end their connections then, or callers who keep
 * theirs would hold the process; and what is unfinished `withinSeconds` after that is cut off.
 */
export function closeInTime(app: FastifyInstance, withinSeconds: number): void {
  let deadline: NodeJS.Timeout | undefined;
  app.addHook("preClose", (done) => {
    const cutOff = () => {
      app.log.warn({ withinSeconds }, "cutting off connections that are still open");
      app.server.closeAllConnections();
    };
    deadline = setTimeout(cutOff, withinSeconds * 1000);
    done();
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (deadline !== undefined) reply.header("connection", "close");
    done();
  });
  app.addHook("onClose", (_app, done) => {
    clearTimeout(deadline);
    done();
  });
}
