// Package command serves the resources and functions of the npm SDK @pulumi/command 1.2.1. The module
// proxy doesn't carry Pulumi's own provider; users elsewhere get that one, so this one has the same
// inputs, outputs and defaults (provider_test.go compares them with the SDK's type definitions).
package command

import (
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"feedback-loop/lab/toolchain/plugins/command/local"
	"feedback-loop/lab/toolchain/plugins/command/redact"
	"feedback-loop/lab/toolchain/plugins/command/remote"
)

// Provider makes the provider.
func Provider() (p.Provider, error) {
	inferred, err := infer.NewProviderBuilder().
		WithNamespace("pulumi").
		WithResources(
			infer.Resource(local.Command{}),
			infer.Resource(remote.Command{}),
			infer.Resource(remote.CopyToRemote{}),
			infer.Resource(remote.CopyFile{}),
		).
		WithFunctions(infer.Function(local.Run{})).
		Build()
	return redact.Wrap(inferred), err
}
