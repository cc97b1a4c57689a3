// Rules of the stack's own security group that a killed run made and couldn't write down. They carry no marks: that they are
// in the group tells whose they are. The next `up` would ask for the same ones, which OpenStack refuses.
import type { Session } from "../../infra/openstack";
import type { StackState } from "./state";

const groupType = "openstack:networking/secGroup:SecGroup";

interface Rule {
  id: string;
}

/** Removes the rules of the way in that the state doesn't know; those of the way out come with every group. */
export async function removeStrayRules(
  { network }: Session,
  state: StackState,
  say: (line: string) => void,
): Promise<void> {
  for (const group of groupsOf(state)) {
    const query = new URLSearchParams({ security_group_id: group, direction: "ingress" });
    const rules = await network.list<Rule>(
      `/security-group-rules?${query.toString()}`,
      "security_group_rules",
    );
    for (const { id } of strayRules(rules, state)) {
      say(`removing rule ${id} of the security group, which the state doesn't know`);
      await network.delete(`/security-group-rules/${id}`);
    }
  }
}

export const groupsOf = ({ resources }: Pick<StackState, "resources">): string[] =>
  resources.flatMap(({ type, id }) => (type === groupType && id ? [id] : []));

export const strayRules = (rules: readonly Rule[], { ids }: Pick<StackState, "ids">): Rule[] =>
  rules.filter(({ id }) => !ids.has(id));
