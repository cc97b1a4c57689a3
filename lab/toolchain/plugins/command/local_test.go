package command_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/integration"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const localCommand = "command:local:Command"

func createLocal(t *testing.T, server integration.Server, inputs map[string]any) (property.Map, error) {
	t.Helper()
	resp, err := server.Create(p.CreateRequest{Urn: urn(localCommand), Properties: properties(inputs)})
	return resp.Properties, err
}

func TestLocalLifeCycle(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	server := serve(t)
	inputs := properties(map[string]any{
		"create":      `echo "created $WHO"; cat; echo warning >&2`,
		"update":      `echo "updated after $PULUMI_COMMAND_STDOUT"`,
		"delete":      `echo "deleted after $PULUMI_COMMAND_STDOUT" > ` + trace,
		"stdin":       "from stdin\n",
		"environment": map[string]any{"WHO": "ann"},
	})
	created, err := server.Create(p.CreateRequest{Urn: urn(localCommand), Properties: inputs})
	require.NoError(t, err)
	assert.NotEmpty(t, created.ID)
	assert.Equal(t, "created ann\nfrom stdin", created.Properties.Get("stdout").AsString())
	assert.Equal(t, "warning", created.Properties.Get("stderr").AsString())

	changed := inputs.Set("environment", property.New(properties(map[string]any{"WHO": "bob"})))
	diff, err := server.Diff(p.DiffRequest{
		ID: created.ID, Urn: urn(localCommand), State: created.Properties, OldInputs: inputs, Inputs: changed,
	})
	require.NoError(t, err)
	assert.True(t, diff.HasChanges)
	updated, err := server.Update(p.UpdateRequest{
		ID: created.ID, Urn: urn(localCommand), State: created.Properties, Inputs: changed,
	})
	require.NoError(t, err)
	assert.Equal(t, "updated after created ann\nfrom stdin", updated.Properties.Get("stdout").AsString())

	require.NoError(t, server.Delete(p.DeleteRequest{
		ID: created.ID, Urn: urn(localCommand), Properties: updated.Properties,
	}))
	left, err := os.ReadFile(trace)
	require.NoError(t, err)
	assert.Equal(t, "deleted after updated after created ann\nfrom stdin\n", string(left))
}

func TestLocalPreviewRunsNothing(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	_, err := serve(t).Create(p.CreateRequest{
		Urn: urn(localCommand), DryRun: true,
		Properties: properties(map[string]any{"create": "touch " + trace}),
	})
	require.NoError(t, err)
	assert.NoFileExists(t, trace)
}

func TestLocalTriggersReplace(t *testing.T) {
	server := serve(t)
	before := properties(map[string]any{"create": "true", "triggers": []string{"1"}})
	after := properties(map[string]any{"create": "true", "triggers": []string{"2"}})
	created, err := server.Create(p.CreateRequest{Urn: urn(localCommand), Properties: before})
	require.NoError(t, err)
	same, err := server.Diff(p.DiffRequest{
		Urn: urn(localCommand), State: created.Properties, OldInputs: before, Inputs: before,
	})
	require.NoError(t, err)
	assert.False(t, same.HasChanges)
	diff, err := server.Diff(p.DiffRequest{
		Urn: urn(localCommand), State: created.Properties, OldInputs: before, Inputs: after,
	})
	require.NoError(t, err)
	require.Contains(t, diff.DetailedDiff, "triggers[0]")
}

func TestLocalPreviousOutputCanBeDeclined(t *testing.T) {
	server := serve(t)
	inputs := properties(map[string]any{
		"create": `echo "before: $PULUMI_COMMAND_STDOUT"`, "addPreviousOutputInEnv": false,
	})
	created, err := server.Create(p.CreateRequest{Urn: urn(localCommand), Properties: inputs})
	require.NoError(t, err)
	updated, err := server.Update(p.UpdateRequest{Urn: urn(localCommand), State: created.Properties, Inputs: inputs})
	require.NoError(t, err)
	assert.Equal(t, "before:", updated.Properties.Get("stdout").AsString()[:7])
	assert.NotContains(t, updated.Properties.Get("stdout").AsString(), "before: before")
}

func TestLocalDirInterpreterAndFiles(t *testing.T) {
	dir := t.TempDir()
	state, err := createLocal(t, serve(t), map[string]any{
		"create":       "mkdir -p out; echo a > out/a.txt; echo b > out/secret.txt; echo c > c.md; echo $0",
		"dir":          dir,
		"interpreter":  []string{"/bin/sh", "-ec"},
		"assetPaths":   []string{"**.txt", "!**secret.*"},
		"archivePaths": []string{"*.md"},
	})
	require.NoError(t, err)
	// On the wire an asset is a map with a signature, which the engine recognises.
	assets := state.Get("assets").AsMap()
	require.Equal(t, 1, assets.Len())
	asset := assets.Get("out/a.txt").AsMap()
	assert.Equal(t, sig.AssetSig, asset.Get(sig.Key).AsString())
	assert.Equal(t, filepath.Join(dir, "out/a.txt"), asset.Get("path").AsString())
	archive := state.Get("archive").AsMap()
	assert.Equal(t, sig.ArchiveSig, archive.Get(sig.Key).AsString())
	assert.Contains(t, archive.Get("assets").AsMap().AsMap(), "c.md")
}

func TestLocalFailureTellsWhatWasPrinted(t *testing.T) {
	_, err := createLocal(t, serve(t), map[string]any{"create": "echo half; echo the disk is full >&2; exit 3"})
	require.ErrorContains(t, err, "exit status 3")
	assert.ErrorContains(t, err, "the disk is full")
	assert.ErrorContains(t, err, "half")
}

func TestLocalRefusesUnknownLogging(t *testing.T) {
	_, err := createLocal(t, serve(t), map[string]any{"create": "true", "logging": "all"})
	require.ErrorContains(t, err, `logging is "all"; allowed are none, stdout, stderr, stdoutAndStderr`)
}

func TestLocalLogging(t *testing.T) {
	for mode, shown := range map[string][2]bool{
		"none": {false, false}, "stdout": {true, false}, "stderr": {false, true}, "stdoutAndStderr": {true, true},
	} {
		t.Run(mode, func(t *testing.T) {
			log := captureLog(t)
			state, err := createLocal(t, serve(t), map[string]any{
				"create": "echo on-stdout; printf on-stderr >&2", "logging": mode,
			})
			require.NoError(t, err)
			assert.Equal(t, "on-stdout", state.Get("stdout").AsString())
			assert.Equal(t, "on-stderr", state.Get("stderr").AsString())
			assert.Equal(t, shown[0], bytes.Contains(log.Bytes(), []byte("on-stdout")))
			assert.Equal(t, shown[1], bytes.Contains(log.Bytes(), []byte("on-stderr")))
		})
	}
}

func TestLocalKeepsSecretsOutOfErrorsAndLog(t *testing.T) {
	log := captureLog(t)
	_, err := createLocal(t, serve(t), map[string]any{
		"create":      "cat >&2; echo $TOKEN; echo $OPEN; false",
		"stdin":       secret("pa55-by-stdin"),
		"environment": map[string]any{"TOKEN": secret("pa55-by-environment"), "OPEN": "harmless"},
	})
	require.ErrorContains(t, err, "harmless")
	assert.ErrorContains(t, err, "[secret]")
	for _, text := range []string{err.Error(), log.String()} {
		assert.NotContains(t, text, "pa55")
		assert.Contains(t, text, "harmless")
	}
}

// pulumi-go-provider 1.3.0 names the types of what it can't decode; this guards against values.
func TestLocalKeepsSecretsOutOfDecodeErrors(t *testing.T) {
	server := serve(t)
	for name, value := range map[string]any{
		"environment": secret("pa55-as-text"),
		"stdin":       secret(map[string]any{"inner": "pa55-in-object"}),
		"create":      secret([]string{"pa55-in-list"}),
	} {
		t.Run(name, func(t *testing.T) {
			inputs := properties(map[string]any{name: value})
			checked, err := server.Check(p.CheckRequest{Urn: urn(localCommand), Inputs: inputs})
			require.NoError(t, err)
			require.NotEmpty(t, checked.Failures)
			assert.NotContains(t, checked.Failures[0].Reason, "pa55")
			_, err = server.Create(p.CreateRequest{Urn: urn(localCommand), Properties: inputs})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "pa55")
		})
	}
}

func TestLocalRun(t *testing.T) {
	resp, err := serve(t).Invoke(p.InvokeRequest{Token: "command:local:run", Args: properties(map[string]any{
		"command": "echo $A; cat", "environment": map[string]any{"A": "b"}, "stdin": "c",
	})})
	require.NoError(t, err)
	assert.Equal(t, "b\nc", resp.Return.Get("stdout").AsString())
	_, err = serve(t).Invoke(p.InvokeRequest{Token: "command:local:run", Args: properties(map[string]any{
		"command": "echo $A; exit 4", "environment": map[string]any{"A": secret("pa55-of-run")},
	})})
	require.ErrorContains(t, err, "exit status 4")
	assert.NotContains(t, err.Error(), "pa55")
}

// captureLog catches what the provider logs: without an engine, pulumi-go-provider logs by slog.
func captureLog(t *testing.T) *bytes.Buffer {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &log
}
