import { spawnSync } from "node:child_process";
import { readyScript } from "./ready-script";

const container = "feedback-loop-test-it's";

/** Runs the script with an engine that answers with these states, one after the other, the last one for ever. */
function run(states: readonly string[], timeoutSeconds = 2) {
  const script = readyScript({ container, service: "frontend", pidsLimit: 99, timeoutSeconds });
  const engine = `
    n=0
    sleep() { :; }
    docker() {
      case $1 in
        update) shift; printf '<%s>' "$@" >&3 ;;
        inspect) echo x >>"$COUNT"; set -- ${states.join(" ")}; shift $(($(wc -l <"$COUNT") < $# ? $(wc -l <"$COUNT") - 1 : $# - 1)); echo "$1" ;;
        logs) echo "listening on 5000"; echo "no such table: predictions" >&2 ;;
      esac
    }
    COUNT=$(mktemp); exec 3>&1`;
  return spawnSync("bash", ["-c", `${engine}\n${script}`], { encoding: "utf8" });
}

describe("waiting for a container", () => {
  it("ends well once it is healthy, and has limited its processes", () => {
    const { status, stdout } = run(["starting", "healthy"]);
    expect(status).toBe(0);
    expect(stdout).toBe(`<--pids-limit><99><${container}>`);
  });

  it("fails at once when the container is gone", () => {
    const gone = `docker() { [ "$1" = update ] || { echo "No such container" >&2; return 1; }; }`;
    const script = readyScript({
      container,
      service: "frontend",
      pidsLimit: 9,
      timeoutSeconds: 60,
    });
    const { status, stderr } = spawnSync("sh", ["-c", `${gone}\n${script}`], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("No such container");
  });

  it("fails with the last words of the container, and how to wait longer", () => {
    const { status, stderr } = run(["starting", "unhealthy"]);
    expect(status).toBe(1);
    expect(stderr).toBe(
      [
        "frontend isn't healthy after 2 s. The last lines of its log:",
        "  | listening on 5000",
        "  | no such table: predictions",
        "A longer wait: pulumi config set healthTimeoutSeconds SECONDS",
        "",
      ].join("\n"),
    );
  });
});
