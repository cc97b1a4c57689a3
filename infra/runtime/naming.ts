// Names and labels of everything a stack makes on an engine, so that two stacks never meet and all is found again.
export interface Labels {
  stack: string;
  /** The clone that deployed it. */
  owner: string;
}

export interface Naming extends Labels {
  /** Starts every name of the stack on the engine. */
  prefix: string;
}

export const engineName = ({ prefix }: Naming, part: string) => `${prefix}-${part}`;

/** Docker labels as name and value. */
export function labels({ stack, owner }: Labels): Record<string, string> {
  return { "feedback-loop.stack": stack, "feedback-loop.owner": owner };
}

/** Labels of a container also name what it runs. */
export function containerLabels(naming: Labels, name: string): Record<string, string> {
  return { ...labels(naming), "feedback-loop.service": name };
}

/** Docker labels in the form that the Docker provider takes. */
export const labelList = (byName: Record<string, string>) =>
  Object.entries(byName).map(([label, value]) => ({ label, value }));
