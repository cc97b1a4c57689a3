// What the page says, from what is known.
import { problemPage } from "@feedback-loop/web";
import { wordsOf } from "../../web/testing/words-of";
import { type Health, type State, unseen } from "../probing/health";
import type { Service } from "../service";
import { exampleService, exampleServices } from "../testing/examples";
import { portalPage, statusJson } from "./portal";
import { renderPage } from "./render";
import { listed, span } from "./words";

const now = new Date("2026-11-28T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const health = (state: State, more: Partial<Health> = {}): Health => ({
  ...unseen(ago(7200)),
  state,
  checkedAt: ago(4),
  ...more,
});
const asked = (service: Service): Service => ({ ...service, healthUrl: "http://gateway:8099/x" });
/** All healthy but those named. */
const known = (states: Record<string, Health> = {}) =>
  exampleServices.map((service) => ({
    service: asked(service),
    health: states[service.name] ?? health("healthy"),
  }));
const show = (...given: Parameters<typeof portalPage>) =>
  renderPage("portal", portalPage(...given));

describe("the page", () => {
  it("has one heading, a language, a title, and no inline script or style", () => {
    const page = show(known(), now);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain("<title>Portal · Feedback loop</title>");
    expect(page).not.toMatch(/ style=|<style|<script>| on[a-z]+=/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("escapes what it is given", () => {
    const evil = '"><script>alert("x")</script>';
    const login = { role: "student", user: evil, may: evil } as const;
    const service = exampleService("frontend", { title: evil, purpose: evil, logins: [login] });
    const ill = health("unhealthy", { reason: evil });
    expect(show([{ service: asked(service), health: ill }], now)).not.toContain("<script>alert");
    const problem = { status: 404, code: "c", message: evil, advice: evil };
    const home = { text: evil, url: "/" };
    expect(renderPage("problem", problemPage(problem, home))).not.toContain("<script>alert");
  });

  it("links to every service that people use, and only names those for programs", () => {
    const page = show(known(), now);
    for (const { url, title, forPrograms } of exampleServices) {
      expect(page.includes(`<a href="${url}">${title}</a>`)).toBe(!forPrograms);
      expect(page).toContain(url);
    }
  });

  it("says who signs in with what", () => {
    const words = wordsOf(show(known(), now));
    expect(words).toContain("Students sign in as annotator@gourmetgram.example : label photos");
    expect(words).toContain("Course staff sign in as admin@gourmetgram.example : change projects");
    expect(words).toContain("Students the page asks for a token or password only: run notebooks");
    expect(words).toContain("The passwords are on your instructor’s handout.");
  });
});

describe("the steps", () => {
  it("lead through the services that are there, in their order", () => {
    const titles = (services: Service[]) =>
      portalPage(
        services.map((service) => ({ service, health: health("healthy") })),
        now,
      ).steps.map(({ title }) => title);
    expect(titles(exampleServices)).toHaveLength(5);
    expect(titles([exampleServices[0]!])).toEqual([
      "Send a photo of food",
      "Say whether the answer is right",
    ]);
    expect(show([], now)).not.toContain("step by step");
  });

  it("say when a service isn't there, and lead to its right page", () => {
    const page = portalPage(known({ airflow: health("unhealthy") }), now);
    expect(page.steps.map(({ url }) => url)).toContain("http://198.51.100.7:5000/history");
    const words = wordsOf(renderPage("portal", page));
    expect(words.match(/Not available at this moment\./g)).toHaveLength(1);
    expect(words).toContain("Sign in as student . Choose the DAG check_connections");
  });
});

describe("the state", () => {
  it("is summed up in one sentence a state", () => {
    expect(portalPage(known(), now).summary).toEqual({
      text: "Everything is running.",
      isWell: true,
    });
    const some = known({
      frontend: health("unhealthy"),
      labelStudio: health("unhealthy"),
      airflow: health("starting"),
      jupyter: health("unknown"),
    });
    expect(portalPage(some, now).summary).toEqual({
      text:
        "GourmetGram and Label Studio are not available. Airflow is starting. " +
        "Nothing is known of Jupyter at this moment.",
      isWell: false,
    });
  });

  it("is told with since when, why, and how long ago that was looked at", () => {
    const down = health("unhealthy", { since: ago(61), reason: "answers with status 503" });
    expect(wordsOf(show(known({ frontend: down }), now))).toContain(
      "Not available For 1 minute: answers with status 503. Checked 4 seconds ago.",
    );
    expect(wordsOf(show(known(), now))).toContain("Running For 2 hours. Checked 4 seconds ago.");
    const fresh = health("unknown", { checkedAt: undefined });
    expect(wordsOf(show(known({ frontend: fresh }), now))).toContain(
      "Not known Not looked at yet.",
    );
  });

  it("isn't made up for a service that can't be asked", () => {
    const one = [{ service: exampleServices[0]!, health: unseen(now) }];
    const words = wordsOf(show(one, now));
    expect(words).toContain("Not known It isn’t asked.");
    expect(words).toContain("Everything is running.");
  });

  it("is told to programs, with times", () => {
    const down = health("unhealthy", { since: ago(60), reason: "answers with status 503" });
    expect(statusJson(known({ frontend: down })).services[0]).toEqual({
      name: "frontend",
      title: "GourmetGram",
      url: "http://198.51.100.7:5000",
      state: "unhealthy",
      since: "2026-11-28T11:59:00.000Z",
      checkedAt: "2026-11-28T11:59:56.000Z",
      reason: "answers with status 503",
    });
  });
});

describe("without scripts", () => {
  it("the page loads itself again, until that is stopped", () => {
    const page = show(known(), now);
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="30"></noscript>');
    expect(page).toContain('<a href="/?reload=no">Stop that</a>');
    expect(show(known(), now, false)).not.toContain("http-equiv");
  });
});

it("a span of time is told in its largest unit", () => {
  const told = [0, 1, 59.9, 60, 3599, 7200, 86_400, 200_000].map(span);
  expect(told).toEqual([
    "1 second",
    "1 second",
    "59 seconds",
    "1 minute",
    "59 minutes",
    "2 hours",
    "1 day",
    "2 days",
  ]);
});

it("names are listed as people do", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
});
