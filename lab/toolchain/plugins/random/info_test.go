package random_test

import (
	"testing"

	"feedback-loop/lab/toolchain/plugins/random"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

func TestNamesMatchTheSdk(t *testing.T) {
	sdktypes.CheckNames(t, random.Info("0.0.0"), "@pulumi/random", map[string]string{
		"random_bytes":    "random:index/randomBytes:RandomBytes",
		"random_id":       "random:index/randomId:RandomId",
		"random_integer":  "random:index/randomInteger:RandomInteger",
		"random_password": "random:index/randomPassword:RandomPassword",
		"random_pet":      "random:index/randomPet:RandomPet",
		"random_shuffle":  "random:index/randomShuffle:RandomShuffle",
		"random_string":   "random:index/randomString:RandomString",
		"random_uuid":     "random:index/randomUuid:RandomUuid",
	})
}
