// Why a model can't be had or isn't taken; /readyz and the log say it, no caller of /predict causes it.

/** The file isn't a model that this service can answer with. */
export class ModelRefused extends Error {
  override readonly name = "ModelRefused";
}

/** The object store has no such model or alias, or doesn't answer. */
export class ModelUnavailable extends Error {
  override readonly name = "ModelUnavailable";
}
