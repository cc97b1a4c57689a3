// Package shim hands out the Docker Terraform provider, which upstream keeps in an internal package.
// The path of this module lies below upstream's, so Go lets it import that package.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New makes the part of the provider that is written with the Terraform plugin SDK v2: all resources
// and data sources that @pulumi/docker has.
func New(version string) *schema.Provider { return provider.New(version)() }
