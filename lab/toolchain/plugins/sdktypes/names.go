package sdktypes

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// CheckNames fails the test unless each resource, by Terraform's type, has the token that the npm package
// gives it, and every input that the package declares for it arrives under the same name in the provider.
func CheckNames(t *testing.T, info tfbridge.ProviderInfo, npmPackage string, resources map[string]string) {
	for terraformType, token := range resources {
		t.Run(terraformType, func(t *testing.T) {
			require.Contains(t, info.Resources, terraformType)
			resource := info.Resources[terraformType]
			require.Equal(t, token, string(resource.Tok))
			ours := map[string]bool{}
			schema := info.P.ResourcesMap().Get(terraformType).Schema()
			for name := range schema.Range {
				ours[tfbridge.TerraformToPulumiNameV2(name, schema, resource.Fields)] = true
			}
			theirs, err := Properties(declaredIn(npmPackage, token))
			require.NoError(t, err)
			require.NotEmpty(t, theirs)
			for name := range theirs {
				assert.Contains(t, ours, name)
			}
		})
	}
}

// declaredIn is where a package declares a resource's arguments, file and type: a token is
// package:module/file:Type, and module index is the package's own folder.
func declaredIn(npmPackage, token string) (string, string) {
	parts := strings.Split(token, ":")
	file := strings.TrimPrefix(parts[1], "index/")
	return npmPackage + "/" + file + ".d.ts", parts[2] + "Args"
}
