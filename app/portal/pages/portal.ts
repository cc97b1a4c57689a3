// The page of the portal: what is running, and what to do next. From what is known at this moment to what is shown.
import type { Health, State } from "../probing/health";
import type { Login, Service } from "../service";
import { type Step, steps } from "./steps";
import { listed, span, stateWords } from "./words";

export interface ServiceCard {
  name: string;
  title: string;
  purpose: string;
  url: string;
  /** Whether its health is asked for; of others nothing is summed up. */
  isAsked: boolean;
  status: Status;
  logins: Login[];
}

export interface StepToDo extends Step {
  url: string;
  /** Who students sign in as there. */
  user: string | undefined;
  /** Why it can't be done at this moment; empty if it can. */
  obstacle: string;
}

export interface Status {
  state: State;
  word: string;
  /** Since when, why, and how long ago that was looked at. */
  details: string;
}

export interface PortalPage {
  summary: { text: string; isWell: boolean };
  steps: StepToDo[];
  services: ServiceCard[];
  forPrograms: ServiceCard[];
  /** Whether the page reloads itself where there are no scripts. */
  reloads: boolean;
  reloadSeconds: number;
}

const obstacles: Partial<Record<State, string>> = {
  unhealthy: "Not available at this moment.",
  starting: "Still starting.",
};

/** Of the page without scripts. */
const RELOAD_SECONDS = 30;

export interface KnownService {
  service: Service;
  health: Health;
}

export function portalPage(known: readonly KnownService[], now: Date, reloads = true): PortalPage {
  const cards = known.map(({ service, health }) => ({
    forPrograms: service.forPrograms,
    card: {
      ...service,
      isAsked: service.healthUrl !== undefined,
      status: statusOf(service, health, now),
    } satisfies ServiceCard,
  }));
  const cardsFor = (programs: boolean) =>
    cards.filter(({ forPrograms }) => forPrograms === programs).map(({ card }) => card);
  const services = cardsFor(false);
  return {
    summary: summaryOf(services.filter(({ isAsked }) => isAsked)),
    steps: steps.flatMap((step) => {
      const place = services.find(({ name }) => name === step.service);
      if (place === undefined) return [];
      const url = step.path === undefined ? place.url : new URL(step.path, place.url).href;
      const user = place.logins.find(({ role }) => role === "student")?.user;
      return [{ ...step, url, user, obstacle: obstacles[place.status.state] ?? "" }];
    }),
    services,
    forPrograms: cardsFor(true),
    reloads,
    reloadSeconds: RELOAD_SECONDS,
  };
}

function statusOf({ healthUrl }: Service, health: Health, now: Date): Status {
  const { state } = health;
  const details = healthUrl === undefined ? "It isn’t asked." : detailsOf(health, now);
  return { state, word: stateWords[state], details };
}

function detailsOf({ since, checkedAt, reason }: Health, now: Date): string {
  const ago = (time: Date) => span((now.getTime() - time.getTime()) / 1000);
  if (checkedAt === undefined) return "Not looked at yet.";
  const why = reason === undefined ? "" : `: ${reason}`;
  return `For ${ago(since)}${why}. Checked ${ago(checkedAt)} ago.`;
}

function summaryOf(services: readonly ServiceCard[]): PortalPage["summary"] {
  const titles = (state: State) =>
    services.filter(({ status }) => status.state === state).map(({ title }) => title);
  const unknown = titles("unknown");
  const sentences = [
    sentence(titles("unhealthy"), "is not available", "are not available"),
    sentence(titles("starting"), "is starting", "are starting"),
    unknown.length === 0 ? "" : `Nothing is known of ${listed(unknown)} at this moment.`,
  ].filter(Boolean);
  if (sentences.length === 0) return { text: "Everything is running.", isWell: true };
  return { text: sentences.join(" "), isWell: false };
}

const sentence = (titles: readonly string[], one: string, many: string) =>
  titles.length === 0 ? "" : `${listed(titles)} ${titles.length === 1 ? one : many}.`;

/** The same for programs. */
export const statusJson = (known: readonly KnownService[]) => ({
  services: known.map(({ service, health }) => ({
    name: service.name,
    title: service.title,
    url: service.url,
    state: health.state,
    since: health.since.toISOString(),
    checkedAt: health.checkedAt?.toISOString() ?? null,
    reason: health.reason ?? null,
  })),
});
