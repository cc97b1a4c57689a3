import { Client } from "minio";
import { launch } from "./support/browser";
import { labelStudio } from "./catalogue/label-studio";
let whole: any;
const ip = (n: string) => process.env[n]!;
const store = (accessKey: string, secretKey: string) => new Client({ endPoint: ip("MINIO_IP"), port: 9000, useSSL: false, accessKey, secretKey });
beforeAll(async () => {
  whole = {
    browser: await launch(),
    endpoints: { labelStudio: { url: ip("LS_URL") } },
    credentials: {
      "label-studio-token": { user: "x", password: "tokentokentokentokentokentokento" },
      "label-studio-admin": { user: "admin@gourmetgram.example", password: "adminpassword" },
      "label-studio-annotator": { user: "annotator@gourmetgram.example", password: "annotatorpassword" },
    },
    client: { objectStore: (c?: string) => (c ? store("label-studio", "secretsecret") : store("root-user", "rootpassword")), photoKeys: async () => ["x.jpg"] },
  };
});
afterAll(() => whole.browser.close());
labelStudio(() => whole);
