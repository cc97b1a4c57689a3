// What a program asks for, as plain JSON: the form in which a rendering is handed over, compared and printed.

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export interface Rendering {
  resources: Rendered[];
  /** What the stack would tell its users. */
  outputs: Record<string, Value>;
}

/** One resource. Components are left out: they only group. */
export interface Rendered {
  urn: string;
  type: string;
  name: string;
  properties: Record<string, Value>;
  /** URNs of the resources that a property is made of, by property. */
  madeOf: Record<string, string[]>;
  /** It, or its content, is to outlive the stack: `retainOnDelete` or `protect`. */
  holdsData: boolean;
  deleteBeforeReplace: boolean;
  /** Property paths. */
  replaceOnChanges: string[];
  /** Property paths. */
  ignoreChanges: string[];
  /** URNs of the resources with which it is replaced. */
  replaceWith: string[];
  /** URNs by which the state may know it. */
  aliases: string[];
}

/** Part of every value that only exists once the stack is deployed. */
export const knownLater = "known after deployment";

/** Whether a value, or a part of it, only exists once the stack is deployed. */
export const isKnownLater = (value: Value): boolean => JSON.stringify(value).includes(knownLater);

/** Ends the visible text of a secret; tells a changed secret from an unchanged one, and is never printed. */
export const fingerprint = (hash: string) => `\u27e6${hash}\u27e7`;

/** Text as people may see it. */
export const visible = (text: string): string => text.replaceAll(/\u27e6[0-9a-f]+\u27e7/g, "");
