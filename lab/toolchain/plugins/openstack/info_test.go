package openstack_test

import (
	"testing"

	"feedback-loop/lab/toolchain/plugins/openstack"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

func TestNamesMatchTheSdk(t *testing.T) {
	sdktypes.CheckNames(t, openstack.Info("0.0.0"), "@pulumi/openstack", map[string]string{
		"openstack_compute_instance_v2":                "openstack:compute/instance:Instance",
		"openstack_compute_keypair_v2":                 "openstack:compute/keypair:Keypair",
		"openstack_compute_volume_attach_v2":           "openstack:compute/volumeAttach:VolumeAttach",
		"openstack_blockstorage_volume_v3":             "openstack:blockstorage/volume:Volume",
		"openstack_networking_port_v2":                 "openstack:networking/port:Port",
		"openstack_networking_secgroup_v2":             "openstack:networking/secGroup:SecGroup",
		"openstack_networking_secgroup_rule_v2":        "openstack:networking/secGroupRule:SecGroupRule",
		"openstack_networking_floatingip_v2":           "openstack:networking/floatingIp:FloatingIp",
		"openstack_networking_floatingip_associate_v2": "openstack:networking/floatingIpAssociate:FloatingIpAssociate",
	})
}
