// Every address within the site, so that pages, redirects and JSON agree on them.

export const links = {
  home: "/",
  prediction: (id: string) => `/predictions/${id}`,
  photo: (id: string) => `/predictions/${id}/photo`,
};
