// Package random describes the random Terraform provider to the Pulumi bridge, in the names of the npm
// SDK @pulumi/random.
package random

import (
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	bridgetokens "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	upstream "github.com/terraform-providers/terraform-provider-random/shim"
)

// Info is what the bridge needs to serve the provider.
func Info(version string) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(upstream.New()),
		Name:         "random",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	// The SDK's names keep the prefix that the bridge strips: random_id is random:index/randomId:RandomId.
	token := bridgetokens.MakeStandard("random")
	info.MustComputeTokens(bridgetokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return token(module, "Random"+name)
	}))
	return info
}
