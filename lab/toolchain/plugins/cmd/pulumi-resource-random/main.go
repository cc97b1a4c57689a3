// Command pulumi-resource-random is the Pulumi resource plugin for @pulumi/random.
package main

import (
	"context"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"feedback-loop/lab/toolchain/plugins/random"
)

var version = "0.0.0-dev" // set by build.sh: the version of the npm SDK

func main() {
	// The schema serves `pulumi package` commands only; nothing asks for it in a deployment.
	pf.Main(context.Background(), "random", random.Info(version), pf.ProviderMetadata{PackageSchema: []byte("{}")})
}
