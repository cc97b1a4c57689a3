// Package openstack describes the OpenStack Terraform provider to the Pulumi bridge, in the names of the
// npm SDK @pulumi/openstack.
package openstack

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	upstream "github.com/terraform-provider-openstack/terraform-provider-openstack/openstack"
)

// longestName is OpenStack's own bound on names that Pulumi makes up.
const longestName = 255

// table says a line for each resource and data source: kind, Terraform's name, the SDK's token. The SDK's
// tokens follow no rule that the bridge could compute.
//
//go:embed tokens.txt
var table string

// Info is what the bridge needs to serve the provider.
func Info(version string) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            shimv2.NewProvider(upstream.Provider()),
		Name:         "openstack",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:    map[string]*tfbridge.ResourceInfo{},
		DataSources:  map[string]*tfbridge.DataSourceInfo{},
	}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			panic(fmt.Sprintf("tokens.txt: %q is not a kind, a name and a token", line))
		}
		kind, name, token := fields[0], fields[1], fields[2]
		switch kind {
		case "resource":
			info.Resources[name] = &tfbridge.ResourceInfo{Tok: tokens.Type(token), Fields: exceptions[name]}
		case "data":
			info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember(token)}
		default:
			panic(fmt.Sprintf("tokens.txt: kind is %s; allowed are resource and data", kind))
		}
	}
	info.SetAutonaming(longestName, "-")
	return info
}

// exceptions are the names that the SDK has otherwise than the bridge would make them.
var exceptions = map[string]map[string]*tfbridge.SchemaInfo{
	"openstack_compute_servergroup_v2": {"policies": {MaxItemsOne: tfbridge.False()}},
	"openstack_networking_subnet_v2": {
		"allocation_pool":  {Name: "allocationPools"},
		"allocation_pools": {Name: "allocationPoolsCollection"},
	},
	"openstack_orchestration_stack_v1": {"outputs": {Name: "StackOutputs"}},
}
