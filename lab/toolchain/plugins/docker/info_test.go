package docker_test

import (
	"testing"

	"feedback-loop/lab/toolchain/plugins/docker"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

func TestNamesMatchTheSdk(t *testing.T) {
	sdktypes.CheckNames(t, docker.Info("0.0.0"), "@pulumi/docker", map[string]string{
		"docker_container": "docker:index/container:Container",
		"docker_image":     "docker:index/remoteImage:RemoteImage",
		"docker_network":   "docker:index/network:Network",
		"docker_volume":    "docker:index/volume:Volume",
	})
}
