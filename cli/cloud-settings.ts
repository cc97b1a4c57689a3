// What the settings of a stack say of its cloud, from the clone's files alone: unlike the whole configuration these are
// enough before there is a reservation, and after the stack's state is lost.
import { cloudNameOf } from "../infra/openstack";
import { root } from "./paths";
import { readSettings } from "./preview/settings";

export interface CloudSettings {
  /** Name in clouds.yaml. */
  cloud: string;
  suffix: string;
  /** The stack's own name there. */
  cloudName: string;
  /** Empty: none yet. */
  reservationId: string;
}

/** The stack that commands about clouds mean when nobody says otherwise: its settings are part of the project. */
export const defaultCloudStack = "chameleon";

export const cloudSettings = (stack: string): CloudSettings =>
  cloudSettingsIn(readSettings(root, stack), stack);

/** Pure. @param settings by full key, objects as JSON */
export function cloudSettingsIn(
  settings: Readonly<Record<string, string>>,
  stack: string,
): CloudSettings {
  const { cloud = "openstack", reservationId = "" } = JSON.parse(
    settings["feedback-loop:openstack"] || "{}",
  ) as { cloud?: string; reservationId?: string };
  const suffix = settings["feedback-loop:suffix"] ?? "";
  return { cloud, suffix, cloudName: cloudNameOf(stack, suffix), reservationId };
}
