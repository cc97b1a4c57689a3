// Package shim hands out the random Terraform provider, which upstream keeps in an internal package.
// The path of this module lies below upstream's, so Go lets it import that package.
package shim

import (
	tfprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// New makes the provider, which is written with the Terraform plugin framework.
func New() tfprovider.Provider { return provider.New() }
