// Every image with its exact version: official ones by tag, our own by what they are built from.

/** Official images. A tag names exact software; the digest that was pulled is a stack output. */
export const officialImages = {
  golang: "golang:1.26.8-bookworm",
  debian: "debian:bookworm-slim",
  node: "node:24.21.0-bookworm-slim",
  python: "python:3.13.5-slim",
  postgres: "postgres:17.12-trixie",
} as const;

/** How one of our own images is made; the build context is the clone. */
export interface OwnImage {
  dockerfile: string;
  /** Files and folders of the clone whose content decides the image. */
  sources: string[];
}

const npmManifests = ["package.json", "package-lock.json", ".npmrc"];

export const ownImages = {
  minio: { dockerfile: "app/minio/Dockerfile", sources: ["app/minio"] },
  provision: {
    dockerfile: "app/provision/Dockerfile",
    sources: ["app/provision", "app/contract", "app/database/migrations", ...npmManifests],
  },
  model: {
    dockerfile: "app/model/Dockerfile",
    sources: ["app/model", "app/contract/classes.json"],
  },
  inference: {
    dockerfile: "app/inference/Dockerfile",
    sources: ["app/inference", "app/web", "app/contract", ...npmManifests],
  },
  frontend: {
    dockerfile: "app/frontend/Dockerfile",
    sources: ["app/frontend", "app/web", "app/contract", "app/database", ...npmManifests],
  },
  portal: {
    dockerfile: "app/portal/Dockerfile",
    sources: ["app/portal", "app/web", "app/contract", ...npmManifests],
  },
  gateway: { dockerfile: "app/gateway/Dockerfile", sources: ["app/gateway"] },
  "label-studio": {
    dockerfile: "app/label-studio/Dockerfile",
    sources: ["app/label-studio", "app/contract/classes.json"],
  },
  airflow: {
    dockerfile: "app/airflow/Dockerfile",
    sources: ["app/airflow", "app/loop", "app/contract/classes.json"],
  },
  loop: {
    dockerfile: "app/loop/Dockerfile",
    sources: ["app/loop", "app/contract/classes.json"],
  },
  jupyter: {
    dockerfile: "app/notebooks/Dockerfile",
    sources: ["app/notebooks", "app/loop", "app/contract/classes.json"],
  },
} as const satisfies Record<string, OwnImage>;

export type OfficialImageName = keyof typeof officialImages;
export type OwnImageName = keyof typeof ownImages;
export type ImageName = OfficialImageName | OwnImageName;

/** Where official images come from unless a mirror is configured. */
export const dockerHub = "docker.io";

/** The folder of official images in a registry that serves Docker Hub's names, as the engine knows it. */
export const officialFolder = (registry: string) => `${registry}/library`;

/** The name by which an engine pulls an official image. */
export const pullName = (image: OfficialImageName, registry: string) =>
  `${officialFolder(registry)}/${officialImages[image]}`;

/**
 * Name of one of our own images.
 * @param folder registry, or the stack's own where it is built on the host
 * @param content hash of what the image is built from
 */
export const ownImageName = (folder: string, image: OwnImageName, content: string) =>
  `${folder}/${image}:${content.slice(0, 16)}`;
