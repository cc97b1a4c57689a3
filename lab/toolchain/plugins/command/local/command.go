package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"feedback-loop/lab/toolchain/plugins/command/execution"
)

// Command is the resource command:local:Command.
type Command struct{}

// CommandInputs are its inputs.
type CommandInputs struct {
	execution.Inputs
	Place
}

// CommandState is its state: the inputs and what the last create or update gave.
type CommandState struct {
	CommandInputs
	Result
}

// Create runs `create`.
func (Command) Create(
	ctx context.Context, req infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandState], error) {
	resp := infer.CreateResponse[CommandState]{Output: CommandState{CommandInputs: req.Inputs}}
	if req.DryRun {
		return resp, nil
	}
	var err error
	if resp.ID, err = resource.NewUniqueHex(req.Name, 8, 0); err != nil {
		return resp, err
	}
	resp.Output.Result, err = req.Inputs.run(ctx, req.Inputs.Create, Result{})
	return resp, err
}

// Update runs `update`, or else `create` again.
func (Command) Update(
	ctx context.Context, req infer.UpdateRequest[CommandInputs, CommandState],
) (infer.UpdateResponse[CommandState], error) {
	resp := infer.UpdateResponse[CommandState]{
		Output: CommandState{CommandInputs: req.Inputs, Result: req.State.Result},
	}
	if req.DryRun {
		return resp, nil
	}
	var err error
	resp.Output.Result, err = req.Inputs.run(ctx, req.Inputs.OnUpdate(), req.State.Result)
	return resp, err
}

// Delete runs `delete`.
func (Command) Delete(
	ctx context.Context, req infer.DeleteRequest[CommandState],
) (infer.DeleteResponse, error) {
	_, err := req.State.run(ctx, req.State.Delete, req.State.Result)
	return infer.DeleteResponse{}, err
}

// run executes the script, if there is one; otherwise the previous result stays.
func (in CommandInputs) run(ctx context.Context, script *string, previous Result) (Result, error) {
	if script == nil {
		return previous, nil
	}
	return process{
		place:       in.Place,
		script:      *script,
		stdin:       in.Stdin,
		environment: []map[string]string{in.PreviousOutput(previous.Result), in.ExplicitEnvironment()},
		logging:     in.Logging,
	}.result(ctx)
}
