// Package local runs commands on this machine: the resource local.Command and the function local.run.
package local

import (
	"context"
	"os"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"feedback-loop/lab/toolchain/plugins/command/execution"
)

// Place says where and how a local command is started, and which files it leaves are outputs.
type Place struct {
	Dir          *string   `pulumi:"dir,optional"`
	Interpreter  *[]string `pulumi:"interpreter,optional"`
	AssetPaths   *[]string `pulumi:"assetPaths,optional"`
	ArchivePaths *[]string `pulumi:"archivePaths,optional"`
}

// Result is what a local command printed and the files it left.
type Result struct {
	execution.Result
	Assets  *map[string]types.AssetOrArchive `pulumi:"assets,optional"`
	Archive *resource.Archive                `pulumi:"archive,optional"`
}

type process struct {
	place       Place
	script      string
	stdin       *string
	environment []map[string]string // later ones win
	logging     *string
}

func (run process) result(ctx context.Context) (Result, error) {
	capture, err := execution.NewCapture(ctx, run.logging)
	if err != nil {
		return Result{}, err
	}
	argv := append(run.place.interpreter(), run.script)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = run.place.dir()
	cmd.Env = os.Environ()
	for _, variables := range run.environment {
		for name, value := range variables {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if run.stdin != nil {
		cmd.Stdin = strings.NewReader(*run.stdin)
	}
	cmd.Stdout, cmd.Stderr = capture.Stdout, capture.Stderr
	printed, err := capture.Result(cmd.Run())
	if err != nil {
		return Result{}, err
	}
	return run.place.withFiles(Result{Result: printed})
}

func (place Place) dir() string {
	if place.Dir == nil {
		return "."
	}
	return *place.Dir
}

func (place Place) interpreter() []string {
	if place.Interpreter == nil || len(*place.Interpreter) == 0 {
		return []string{"/bin/sh", "-c"}
	}
	return append([]string{}, *place.Interpreter...)
}

func (place Place) withFiles(result Result) (Result, error) {
	if place.AssetPaths != nil {
		files, err := matchingFiles(place.dir(), *place.AssetPaths)
		if err != nil {
			return Result{}, err
		}
		assets := map[string]types.AssetOrArchive{}
		for path, asset := range files {
			assets[path] = types.AssetOrArchive{Asset: asset}
		}
		result.Assets = &assets
	}
	if place.ArchivePaths != nil {
		files, err := matchingFiles(place.dir(), *place.ArchivePaths)
		if err != nil {
			return Result{}, err
		}
		members := map[string]any{}
		for path, asset := range files {
			members[path] = asset
		}
		if result.Archive, err = resource.NewAssetArchive(members); err != nil {
			return Result{}, err
		}
	}
	return result, nil
}
