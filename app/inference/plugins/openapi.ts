// The description of the API: OpenAPI at /docs/json, and a page at /docs to read and try it. The page
// comes from this service alone; it asks no other host for anything.
import swagger, { type SwaggerTransform } from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { INTERNAL_TOKEN_HEADER } from "@feedback-loop/contract";
import type { FastifyInstance } from "fastify";
import { FORM_TYPE, PHOTO_TYPES } from "./photo-bodies";

/**
 * Swagger UI sets styles by script, and shows its icons as data. Not `upgrade-insecure-requests`, as
 * the plugin's own policy has it: without TLS the page would then not find its files.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function describeApi(
  app: FastifyInstance,
  { bodyLimitMiB }: { bodyLimitMiB: number },
): void {
  app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Inference API",
        version: "1", // of the API; code and model have their own, at /version
        description:
          `What food is on a photo? Bodies may have up to ${bodyLimitMiB} MiB. Every error is one ` +
          "object: `status`, `code` for programs, `message` and mostly `advice` for people.",
      },
      tags: [
        { name: "prediction", description: "For anyone who has a photo" },
        { name: "operation", description: "For those who run the service" },
      ],
      components: {
        securitySchemes: {
          internalToken: {
            type: "apiKey",
            in: "header",
            name: INTERNAL_TOKEN_HEADER,
            description: "Our own services get the model's embedding, too",
          },
        },
      },
    },
    transform: withPhotoBodies,
  });
  app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: { title: "Inference API" },
    // Without the bar on top, its logo and its field for other documents' addresses. A logo must be
    // given nevertheless, or the plugin looks for its own, which isn't there in a bundle.
    uiConfig: { layout: "BaseLayout", tryItOutEnabled: true },
    logo: { type: "image/svg+xml", content: "" },
  });
}

/** Bodies of bytes, which fastify takes without a schema, added to the routes that take them. */
const withPhotoBodies: SwaggerTransform = ({ schema, url }) => {
  const body = schema?.body as { content: Record<string, object> } | undefined;
  if (body === undefined) return { schema, url };
  const bytes = { type: "string", format: "binary", minLength: 1 };
  const form = {
    type: "object",
    properties: { image: bytes },
    required: ["image"],
    additionalProperties: false,
  };
  const pictures = PHOTO_TYPES.map((type) => [type, { schema: bytes }] as const);
  const content: Record<string, object> = {
    ...Object.fromEntries(pictures),
    [FORM_TYPE]: { schema: form },
    ...body.content,
  };
  return { schema: { ...schema, body: { content } }, url };
};
