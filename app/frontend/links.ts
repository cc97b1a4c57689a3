// Every address within the site, so that pages, redirects and JSON agree on them.

export const links = {
  home: "/",
  prediction: (id: string) => `/predictions/${id}`,
  photo: (id: string) => `/predictions/${id}/photo`,
  thumbnail: (id: string) => `/predictions/${id}/thumbnail`,
  feedback: (id: string) => `/predictions/${id}/feedback`,
  /** A session's own predictions; with a time, those made before it. */
  history: (before?: Date) =>
    before === undefined ? "/history" : `/history?before=${before.toISOString()}`,
};
