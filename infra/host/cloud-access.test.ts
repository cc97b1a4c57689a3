import { readConfig } from "../config";
import { catalogue } from "../services/catalogue";
import { accessRules } from "./cloud-access";

const rulesOf = (more: Record<string, string>) => {
  const config = readConfig({
    target: "chameleon",
    openstack: '{"flavor":"m1.medium"}',
    ssh: '{"user":"cc"}',
    allowedCidrs: '{"ssh":["198.51.100.7"],"frontend":["10.0.0.0/8","192.168.0.0/16"]}',
    ...more,
  });
  return accessRules(catalogue(config), config);
};
const shown = (more: Record<string, string> = {}) =>
  rulesOf(more).map(({ what, port, cidr }) => `${what} ${port} ${cidr}`);

describe("the way into a server in a cloud", () => {
  it("is open to each network of each published port, and by ssh", () => {
    expect(shown().sort()).toEqual([
      "airflow 8080 0.0.0.0/0",
      "frontend 5000 10.0.0.0/8",
      "frontend 5000 192.168.0.0/16",
      "jupyter 8888 0.0.0.0/0",
      "labelStudio 8081 0.0.0.0/0",
      "minio 9001 0.0.0.0/0",
      "portal 8090 0.0.0.0/0",
      "ssh 22 198.51.100.7/32",
    ]);
  });

  it("follows what runs, and under which port", () => {
    const some = shown({ components: "[]", ports: '{"portal":8091}' });
    expect(some).toContain("portal 8091 0.0.0.0/0");
    expect(some.join()).not.toMatch(/airflow|jupyter|labelStudio/);
  });

  it("leads to the database only for those who are named", () => {
    const cidrs = '{"ssh":["0.0.0.0/0"],"postgres":["198.51.100.7"]}';
    expect(shown({ open: '["postgres"]', allowedCidrs: cidrs })).toContain(
      "postgres 5432 198.51.100.7/32",
    );
    expect(shown({ allowedCidrs: cidrs }).join()).not.toContain("postgres");
  });

  it("is open to the authority that gives certificates, wherever that is", () => {
    const rules = shown({ tls: "acme" });
    expect(rules).toContain("acme-80 80 0.0.0.0/0");
    expect(rules).toContain("acme-443 443 0.0.0.0/0");
  });

  it("has a name for each rule", () => {
    const names = rulesOf({ tls: "acme" }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("frontend-from-10.0.0.0-8");
  });
});
