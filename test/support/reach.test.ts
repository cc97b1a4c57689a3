import { type Member, cases, listeningPorts, membersByNetwork, neighbours } from "./reach";

const specs = [
  { name: "postgres", networks: ["database"] },
  { name: "frontend", networks: ["database", "serving"] },
  { name: "inference", networks: ["serving"] },
] as const;

const members: Member[] = [
  { service: "postgres", id: "1", addresses: { database: "10.1.0.2" }, ports: [5432] },
  {
    service: "frontend",
    id: "2",
    addresses: { database: "10.1.0.3", serving: "10.2.0.2" },
    ports: [5000],
  },
  { service: "inference", id: "3", addresses: { serving: "10.2.0.3" }, ports: [8000, 9000] },
];

const found = (from: string, host: string) =>
  cases(members)
    .filter((one) => one.from === from && one.host === host)
    .map(({ port, allowed }) => [port, allowed]);

describe("what the networks allow", () => {
  const asSpecs = specs.map(({ name, networks }) => ({ name, networks: [...networks] }));

  it("is by network who is on it", () => {
    expect([...membersByNetwork(asSpecs)]).toEqual([
      ["database", ["postgres", "frontend"]],
      ["serving", ["frontend", "inference"]],
    ]);
  });

  it("is by service whom it shares one with", () => {
    expect([...neighbours(asSpecs)]).toEqual([
      ["postgres", ["frontend"]],
      ["frontend", ["postgres", "inference"]],
      ["inference", ["frontend"]],
    ]);
  });
});

describe("the attempts", () => {
  it("are at every port of every other container, by each address and by name", () => {
    expect(found("frontend", "10.2.0.3")).toEqual([
      [8000, true],
      [9000, true],
    ]);
    expect(found("frontend", "inference")).toEqual([
      [8000, true],
      [9000, true],
    ]);
    expect(cases(members).some(({ from, to }) => from === to)).toBe(false);
    expect(cases(members)).toHaveLength(2 + 4 + 3 + 4 + 3 + 2);
  });

  it("count as forbidden at an address on a network that the source isn't on", () => {
    expect(found("postgres", "10.1.0.3")).toEqual([[5000, true]]);
    expect(found("postgres", "10.2.0.2")).toEqual([[5000, false]]);
    expect(found("postgres", "frontend")).toEqual([[5000, true]]);
    expect(found("postgres", "inference")).toEqual([
      [8000, false],
      [9000, false],
    ]);
  });
});

describe("the ports that a container listens on", () => {
  it("are those of the kernel's table in state LISTEN, other than on loopback", () => {
    const heading = "  sl  local_address rem_address   st tx_queue rx_queue";
    const line = (local: string, state: string) => `   0: ${local} 00000000:0000 ${state} 0 0`;
    const table = [
      heading,
      line("00000000:1388", "0A"),
      line("0B00007F:9C41", "0A"),
      line("020011AC:1F90", "0A"),
      line("020011AC:1F91", "01"),
      "",
    ];
    expect(listeningPorts(table.join("\n"))).toEqual([5000, 8080]);
    const table6 = [
      heading,
      line("00000000000000000000000000000000:1F40", "0A"),
      line("00000000000000000000000001000000:1F41", "0A"),
      line("0000000000000000FFFF00000100007F:1F42", "0A"),
      line("0000000000000000FFFF0000020011AC:1F43", "0A"),
    ];
    expect(listeningPorts(table6.join("\n"))).toEqual([8000, 8003]);
  });
});
