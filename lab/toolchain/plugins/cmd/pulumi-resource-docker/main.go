// Command pulumi-resource-docker is the Pulumi resource plugin for @pulumi/docker.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"feedback-loop/lab/toolchain/plugins/docker"
)

var version = "0.0.0-dev" // set by build.sh: the version of the npm SDK

func main() { tfbridge.Main("docker", version, docker.Info(version), nil) }
