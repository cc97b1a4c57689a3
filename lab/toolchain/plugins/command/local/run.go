package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Run is the function command:local:run, which runs at every preview and deployment.
type Run struct{}

// RunInputs are its arguments. AddPreviousOutputInEnv is part of the SDK but has no meaning here: a
// function has no previous run.
type RunInputs struct {
	Command                string             `pulumi:"command"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	Logging                *string            `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
	Place
}

// RunOutput is its answer.
type RunOutput struct {
	RunInputs
	Result
}

// Invoke runs the command.
func (Run) Invoke(
	ctx context.Context, req infer.FunctionRequest[RunInputs],
) (infer.FunctionResponse[RunOutput], error) {
	in := req.Input
	run := process{place: in.Place, script: in.Command, stdin: in.Stdin, logging: in.Logging}
	if in.Environment != nil {
		run.environment = []map[string]string{*in.Environment}
	}
	result, err := run.result(ctx)
	return infer.FunctionResponse[RunOutput]{Output: RunOutput{in, result}}, err
}
