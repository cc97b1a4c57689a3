package docker_test

import (
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"feedback-loop/lab/toolchain/plugins/docker"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

// The inputs that the stacks and the SDK know must arrive under the same names in the provider.
func TestNamesMatchTheSdk(t *testing.T) {
	info := docker.Info("0.0.0")
	for terraformType, sdk := range map[string][3]string{
		"docker_container": {"docker:index/container:Container", "container.d.ts", "ContainerArgs"},
		"docker_image":     {"docker:index/remoteImage:RemoteImage", "remoteImage.d.ts", "RemoteImageArgs"},
		"docker_network":   {"docker:index/network:Network", "network.d.ts", "NetworkArgs"},
		"docker_volume":    {"docker:index/volume:Volume", "volume.d.ts", "VolumeArgs"},
	} {
		t.Run(terraformType, func(t *testing.T) {
			resource := info.Resources[terraformType]
			require.Equal(t, sdk[0], string(resource.Tok))
			ours := map[string]bool{}
			schema := info.P.ResourcesMap().Get(terraformType).Schema()
			for name := range schema.Range {
				ours[tfbridge.TerraformToPulumiNameV2(name, schema, resource.Fields)] = true
			}
			theirs, err := sdktypes.Properties("@pulumi/docker/"+sdk[1], sdk[2])
			require.NoError(t, err)
			require.NotEmpty(t, theirs)
			for name := range theirs {
				assert.Contains(t, ours, name)
			}
		})
	}
}
