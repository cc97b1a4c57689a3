// What the portal is told of a service.
import { type Static, Type } from "@sinclair/typebox";

const Text = () => Type.String({ minLength: 1 });
const HttpUrl = () => Type.String({ pattern: "^https?://[^/\\s]+(/\\S*)?$" });
const exact = { additionalProperties: false };

/** Who signs in with what, and never the password. */
export const Login = Type.Object(
  {
    role: Type.Union([Type.Literal("student"), Type.Literal("administrator")]),
    /** Left out where the page asks for a password or token only. */
    user: Type.Optional(Text()),
    /** What they may do, in a few words. */
    may: Text(),
  },
  exact,
);
export type Login = Static<typeof Login>;

export const Service = Type.Object(
  {
    /** Name of the endpoint, such as "labelStudio". */
    name: Type.String({ pattern: "^[A-Za-z][A-Za-z0-9]*$" }),
    title: Text(),
    purpose: Text(),
    /** Address for people's browsers. */
    url: HttpUrl(),
    /** Whether it is for programs and has no page to look at. */
    forPrograms: Type.Boolean(),
    /** Answers 2xx while the service is well; left out where it can't be asked. */
    healthUrl: Type.Optional(HttpUrl()),
    logins: Type.Array(Login),
  },
  exact,
);
export type Service = Static<typeof Service>;
export const Services = Type.Array(Service);
