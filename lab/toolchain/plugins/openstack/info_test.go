package openstack_test

import (
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"feedback-loop/lab/toolchain/plugins/openstack"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

// The inputs that the stacks and the SDK know must arrive under the same names in the provider.
func TestNamesMatchTheSdk(t *testing.T) {
	info := openstack.Info("0.0.0")
	for terraformType, sdk := range map[string][3]string{
		"openstack_compute_instance_v2":                {"openstack:compute/instance:Instance", "compute/instance.d.ts", "InstanceArgs"},
		"openstack_compute_keypair_v2":                 {"openstack:compute/keypair:Keypair", "compute/keypair.d.ts", "KeypairArgs"},
		"openstack_compute_volume_attach_v2":           {"openstack:compute/volumeAttach:VolumeAttach", "compute/volumeAttach.d.ts", "VolumeAttachArgs"},
		"openstack_blockstorage_volume_v3":             {"openstack:blockstorage/volume:Volume", "blockstorage/volume.d.ts", "VolumeArgs"},
		"openstack_networking_port_v2":                 {"openstack:networking/port:Port", "networking/port.d.ts", "PortArgs"},
		"openstack_networking_secgroup_v2":             {"openstack:networking/secGroup:SecGroup", "networking/secGroup.d.ts", "SecGroupArgs"},
		"openstack_networking_secgroup_rule_v2":        {"openstack:networking/secGroupRule:SecGroupRule", "networking/secGroupRule.d.ts", "SecGroupRuleArgs"},
		"openstack_networking_floatingip_v2":           {"openstack:networking/floatingIp:FloatingIp", "networking/floatingIp.d.ts", "FloatingIpArgs"},
		"openstack_networking_floatingip_associate_v2": {"openstack:networking/floatingIpAssociate:FloatingIpAssociate", "networking/floatingIpAssociate.d.ts", "FloatingIpAssociateArgs"},
	} {
		t.Run(terraformType, func(t *testing.T) {
			resource := info.Resources[terraformType]
			require.Equal(t, sdk[0], string(resource.Tok))
			ours := map[string]bool{}
			schema := info.P.ResourcesMap().Get(terraformType).Schema()
			for name := range schema.Range {
				ours[tfbridge.TerraformToPulumiNameV2(name, schema, resource.Fields)] = true
			}
			theirs, err := sdktypes.Properties("@pulumi/openstack/"+sdk[1], sdk[2])
			require.NoError(t, err)
			require.NotEmpty(t, theirs)
			for name := range theirs {
				assert.Contains(t, ours, name)
			}
		})
	}
}
