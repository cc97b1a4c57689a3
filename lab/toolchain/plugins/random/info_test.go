package random_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"feedback-loop/lab/toolchain/plugins/random"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

func TestTokensMatchTheSdk(t *testing.T) {
	info := random.Info("0.0.0")
	for terraformType, token := range map[string]string{
		"random_bytes":    "random:index/randomBytes:RandomBytes",
		"random_id":       "random:index/randomId:RandomId",
		"random_integer":  "random:index/randomInteger:RandomInteger",
		"random_password": "random:index/randomPassword:RandomPassword",
		"random_pet":      "random:index/randomPet:RandomPet",
		"random_shuffle":  "random:index/randomShuffle:RandomShuffle",
		"random_string":   "random:index/randomString:RandomString",
		"random_uuid":     "random:index/randomUuid:RandomUuid",
	} {
		require.Contains(t, info.Resources, terraformType)
		assert.Equal(t, token, string(info.Resources[terraformType].Tok))
	}
	// The names of RandomPassword's properties are single words or take no plural: nothing to rename.
	theirs, err := sdktypes.Properties("@pulumi/random/randomPassword.d.ts", "RandomPasswordArgs")
	require.NoError(t, err)
	assert.Contains(t, theirs, "overrideSpecial")
}
