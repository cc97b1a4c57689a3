// Command pulumi-resource-openstack is the Pulumi resource plugin for @pulumi/openstack.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"feedback-loop/lab/toolchain/plugins/openstack"
)

var version = "0.0.0-dev" // set by build.sh: the version of the npm SDK

func main() { tfbridge.Main("openstack", version, openstack.Info(version), nil) }
