// Stands in for Pulumi's engine while a program runs: takes down what it registers, and answers as the first preview of an
// empty stack would. Nothing is looked up anywhere.
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
  SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { type Rendered, type Rendering, type Value, knownLater } from "./rendering";
import { type Shown, secretSignature, shownValue, signatureKey } from "./wire-values";

/**
 * Outputs that programs put into texts, such as the script of a job: answered by a text that names them, so that the rest of
 * such a text can be read. Every other output is unknown, and so is all that is made of it.
 */
const namedOutputs: Readonly<Record<string, readonly string[]>> = {
  "docker:index/remoteImage:RemoteImage": ["imageId", "repoDigest"],
  "random:index/randomPassword:RandomPassword": ["result"],
  "random:index/randomId:RandomId": ["hex"],
  "command:local:Command": ["stdout"],
  "command:remote:Command": ["stdout"],
  "openstack:networking/floatingIp:FloatingIp": ["address"],
};

/** What programs look up by name in a cloud, and whose id is all that they use of it: answered by a text that names it. */
const namedLookups: Readonly<Record<string, string>> = {
  "openstack:networking/getNetwork:getNetwork": "network",
  "openstack:images/getImage:getImage": "image",
};

/** Features of the engine that change how resources are registered; without `aliasSpecs` the SDK names all aliases itself. */
const features = new Set(["secrets", "deletedWith", "replaceWith", "parameterization"]);

const rootType = "pulumi:pulumi:Stack";

type Answer<T> = (error: Error | null, response?: T) => void;
/** Of `google.protobuf.Struct`, as the program's own SDK brings it. */
export interface StructClass {
  fromJavaScript(value: object): unknown;
}

/** Has the methods of the engine's resource monitor that the Node.js SDK calls. */
export class Recorder {
  private readonly resources: Rendered[] = [];
  private outputs: Record<string, Value> = {};

  constructor(
    private readonly about: { project: string; stack: string; Struct: StructClass; shown: Shown },
  ) {}

  rendering(): Rendering {
    return { resources: this.resources, outputs: this.outputs };
  }

  registerResource(request: RegisterResourceRequest, answer: Answer<object>): void {
    const urn = this.urn(request);
    const inputs = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
    if (request.getCustom()) this.resources.push(this.rendered(urn, request, inputs));
    const state = { ...inputs, ...this.named(request) };
    answer(null, {
      getUrn: () => urn,
      // Only known once it is there.
      getId: () => "",
      getObject: () => this.about.Struct.fromJavaScript(state),
      getPropertydependenciesMap: () => undefined,
      getResult: () => 0,
    });
  }

  registerResourceOutputs(request: RegisterResourceOutputsRequest, answer: Answer<object>): void {
    if (request.getUrn().includes(`::${rootType}::`))
      this.outputs = this.shownFields(request.getOutputs()?.toJavaScript() ?? {});
    answer(null, {});
  }

  readResource(request: ReadResourceRequest, answer: Answer<never>): void {
    answer(cannotAsk(`the existing resource ${request.getType()} ${request.getName()}`));
  }

  invoke(request: ResourceInvokeRequest, answer: Answer<object>): void {
    const what = namedLookups[request.getTok()];
    if (what === undefined) return answer(cannotAsk(request.getTok()));
    const asked = (request.getArgs()?.toJavaScript() ?? {}) as { name?: string };
    const found = { ...asked, id: `(id of the ${what} ${asked.name}, ${knownLater})` };
    answer(null, {
      getFailuresList: () => [],
      getReturn: () => this.about.Struct.fromJavaScript(found),
    });
  }

  supportsFeature(request: SupportsFeatureRequest, answer: Answer<object>): void {
    answer(null, { getHassupport: () => features.has(request.getId()) });
  }

  registerPackage(_request: unknown, answer: Answer<object>): void {
    answer(null, { getRef: () => "recorded" });
  }

  private rendered(
    urn: string,
    request: RegisterResourceRequest,
    inputs: Record<string, unknown>,
  ): Rendered {
    const madeOf = [...request.getPropertydependenciesMap().entries()].map(
      ([property, dependencies]): [string, string[]] => [property, dependencies.getUrnsList()],
    );
    return {
      urn,
      type: request.getType(),
      name: request.getName(),
      properties: this.shownFields({ ...inputs, ...trigger(request) }),
      madeOf: Object.fromEntries(madeOf.filter(([, urns]) => urns.length > 0)),
      holdsData: Boolean(request.getRetainondelete()) || Boolean(request.getProtect()),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      replaceOnChanges: request.getReplaceonchangesList(),
      ignoreChanges: request.getIgnorechangesList(),
      replaceWith: request.getReplaceWithList(),
      aliases: request.getAliasurnsList(),
    };
  }

  private shownFields(fields: object): Record<string, Value> {
    return shownValue(fields, this.about.shown) as Record<string, Value>;
  }

  private named(request: RegisterResourceRequest): Record<string, unknown> {
    const secret = new Set(request.getAdditionalsecretoutputsList());
    const outputs = namedOutputs[request.getType()] ?? [];
    return Object.fromEntries(
      outputs.map((output) => {
        const value = `(${request.getName()}.${output}, ${knownLater})`;
        return [output, secret.has(output) ? { [signatureKey]: secretSignature, value } : value];
      }),
    );
  }

  /** As the engine makes them: the types of the components around it are part of a resource's identity. */
  private urn(request: RegisterResourceRequest): string {
    const [, , parentTypes = rootType] = request.getParent().split("::");
    const types =
      parentTypes === rootType ? request.getType() : `${parentTypes}$${request.getType()}`;
    const { stack, project } = this.about;
    return `urn:pulumi:${stack}::${project}::${types}::${request.getName()}`;
  }
}

/** What replaces a resource when it changes; other revisions of the SDK know of no such thing. */
function trigger(request: Partial<RegisterResourceRequest>): Record<string, unknown> {
  const value = request.getReplacementTrigger?.()?.toJavaScript();
  return value === undefined ? {} : { replacementTrigger: value };
}

/** In the form of gRPC's errors, of which the SDK reads the `details`. */
function cannotAsk(what: string): Error {
  const details = `The program looks up ${what}, which a preview without credentials can't: let it take the id from the configuration`;
  return Object.assign(new Error(details), { details });
}
