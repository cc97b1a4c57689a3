package command_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"feedback-loop/lab/toolchain/plugins/command"
	"feedback-loop/lab/toolchain/plugins/sdktypes"
)

func serve(t *testing.T) integration.Server {
	t.Helper()
	provider, err := command.Provider()
	require.NoError(t, err)
	server, err := integration.NewServer(context.WithoutCancel(t.Context()), "command", semver.MustParse("1.2.1"),
		integration.WithProvider(provider))
	require.NoError(t, err)
	return server
}

func urn(token tokens.Type) resource.URN {
	return resource.NewURN("stack", "project", "", token, "it")
}

func properties(values map[string]any) property.Map {
	converted := map[string]property.Value{}
	for name, value := range values {
		converted[name] = anyValue(value)
	}
	return property.NewMap(converted)
}

func anyValue(value any) property.Value {
	switch value := value.(type) {
	case property.Value:
		return value
	case map[string]any:
		return property.New(properties(value))
	case []string:
		elements := make([]property.Value, len(value))
		for i, element := range value {
			elements[i] = property.New(element)
		}
		return property.New(elements)
	case string:
		return property.New(value)
	case int:
		return property.New(float64(value))
	case bool:
		return property.New(value)
	}
	panic("a test gave a value of a type it doesn't convert")
}

func secret(value any) property.Value { return anyValue(value).WithSecret(true) }

type objectSchema struct {
	Properties      map[string]any `json:"properties"`
	Required        []string       `json:"required"`
	InputProperties map[string]any `json:"inputProperties"`
	RequiredInputs  []string       `json:"requiredInputs"`
	Inputs          *objectSchema  `json:"inputs"`
	Outputs         *objectSchema  `json:"outputs"`
}

func names(properties map[string]any, required []string) map[string]bool {
	found := map[string]bool{}
	for name := range properties {
		found[name] = false
	}
	for _, name := range required {
		found[name] = true
	}
	return found
}

func TestPropertiesMatchTheSdk(t *testing.T) {
	resp, err := serve(t).GetSchema(p.GetSchemaRequest{})
	require.NoError(t, err)
	var schema struct {
		Resources map[string]objectSchema `json:"resources"`
		Functions map[string]objectSchema `json:"functions"`
		Types     map[string]objectSchema `json:"types"`
	}
	require.NoError(t, json.Unmarshal([]byte(resp.Schema), &schema))

	for token, file := range map[string]string{
		"command:local:Command":       "local/command.d.ts",
		"command:remote:Command":      "remote/command.d.ts",
		"command:remote:CopyToRemote": "remote/copyToRemote.d.ts",
		"command:remote:CopyFile":     "remote/copyFile.d.ts",
	} {
		t.Run(token, func(t *testing.T) {
			ours, found := schema.Resources[token]
			require.True(t, found)
			name := string(tokens.Type(token).Name())
			assert.Equal(t, sdk(t, file, name+"Args"), names(ours.InputProperties, ours.RequiredInputs))
			assert.ElementsMatch(t, keys(sdk(t, file, name)), keys(names(ours.Properties, nil)))
		})
	}
	t.Run("command:local:run", func(t *testing.T) {
		run := schema.Functions["command:local:run"]
		assert.Equal(t, sdk(t, "local/run.d.ts", "RunArgs"), names(run.Inputs.Properties, run.Inputs.Required))
		assert.Equal(t, sdk(t, "local/run.d.ts", "RunResult"), names(run.Outputs.Properties, run.Outputs.Required))
	})
	for token, name := range map[string]string{
		"command:remote:Connection":      "ConnectionArgs",
		"command:remote:ProxyConnection": "ProxyConnectionArgs",
	} {
		t.Run(token, func(t *testing.T) {
			ours := schema.Types[token]
			assert.Equal(t, sdk(t, "types/input.d.ts", name), names(ours.Properties, ours.Required))
		})
	}
}

func sdk(t *testing.T, file, typeName string) map[string]bool {
	t.Helper()
	found, err := sdktypes.Properties("@pulumi/command/"+file, typeName)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	return found
}

func keys(m map[string]bool) []string {
	var found []string
	for name := range m {
		found = append(found, name)
	}
	return found
}
