// Who uploaded a photo: a browser session, known by a random id in a signed cookie. There are no
// accounts and no table of sessions; who has the cookie is the uploader.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { Signer } from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Named after the product: cookies don't know ports, and other services share this host. */
export const SESSION_COOKIE = "gourmetgram-session";
/** As it was called when no other service shared the host; the signature tells it from a cookie of theirs. */
const FORMER_SESSION_COOKIE = "session";
/** Half a year: a course's length, so that one's own history lasts as long. */
export const SESSION_SECONDS = 180 * 24 * 3600;

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
/** Id and the time at which it ends, in seconds since 1970. */
const CONTENT = new RegExp(`^(${UUID})\\.(\\d{1,12})$`);

export class Sessions {
  private readonly signer: Signer;

  /** `secret`: what cookies and tokens are signed with; when it changes, all sessions end. */
  constructor(
    private readonly secret: string,
    private readonly now: () => number = Date.now,
  ) {
    this.signer = new Signer(secret);
  }

  /** A new session's id; it becomes a session once it is remembered. */
  newId(): string {
    return randomUUID();
  }

  /** The session that sends the request; undefined without a cookie that this service signed. */
  idOf({ cookies }: FastifyRequest): string | undefined {
    const cookie = cookies[SESSION_COOKIE] ?? cookies[FORMER_SESSION_COOKIE];
    if (cookie === undefined) return undefined;
    const { valid, value } = this.signer.unsign(cookie);
    const [, id, endsAtSeconds] = (valid && CONTENT.exec(value)) || [];
    return Number(endsAtSeconds) * 1000 > this.now() ? id : undefined;
  }

  /** Gives the browser the session's cookie, or a new term if it has it already. */
  remember(reply: FastifyReply, id: string): void {
    const endsAtSeconds = Math.floor(this.now() / 1000) + SESSION_SECONDS;
    reply.setCookie(SESSION_COOKIE, this.signer.sign(`${id}.${endsAtSeconds}`), {
      path: "/",
      httpOnly: true,
      sameSite: "lax", // strict would forget the uploader who comes by a link of their own
      secure: "auto", // when the request came by https, also by way of a trusted proxy
      maxAge: SESSION_SECONDS,
    });
  }

  /** What a form of this session's pages carries, which no other site can know. */
  tokenOf(id: string): string {
    // The prefix keeps it apart from cookies, which are signed with the same secret.
    return createHmac("sha256", this.secret).update(`form:${id}`).digest("base64url");
  }

  isTokenOf(id: string, given: unknown): boolean {
    const expected = Buffer.from(this.tokenOf(id));
    const actual = Buffer.from(typeof given === "string" ? given : "");
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }
}
