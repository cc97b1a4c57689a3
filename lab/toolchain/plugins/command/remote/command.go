package remote

import (
	"context"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"

	"feedback-loop/lab/toolchain/plugins/command/execution"
)

// Command is the resource command:remote:Command.
type Command struct{}

// CommandInputs are its inputs.
type CommandInputs struct {
	execution.Inputs
	Connection *Connection `pulumi:"connection" provider:"secret"`
}

// CommandState is its state: the inputs and what the last create or update printed.
type CommandState struct {
	CommandInputs
	execution.Result
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
	resp.Output.Result, err = req.Inputs.run(ctx, req.Inputs.Create, execution.Result{})
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
func (in CommandInputs) run(
	ctx context.Context, script *string, previous execution.Result,
) (execution.Result, error) {
	if script == nil {
		return previous, nil
	}
	capture, err := execution.NewCapture(ctx, in.Logging)
	if err != nil {
		return execution.Result{}, err
	}
	server, err := in.Connection.dial(ctx)
	if err != nil {
		return execution.Result{}, err
	}
	defer server.Close()
	session, err := server.NewSession()
	if err != nil {
		return execution.Result{}, fmt.Errorf("%s opens no session: %w", in.Connection.address(), err)
	}
	defer session.Close()
	if err := in.setEnvironment(ctx, session, previous); err != nil {
		return execution.Result{}, err
	}
	if in.Stdin != nil {
		session.Stdin = strings.NewReader(*in.Stdin)
	}
	session.Stdout, session.Stderr = capture.Stdout, capture.Stderr
	return capture.Result(session.Run(*script))
}

// setEnvironment fails if the server refuses a variable that the user asked for: the command would run
// without it. The previous output is only an offer.
func (in CommandInputs) setEnvironment(
	ctx context.Context, session *ssh.Session, previous execution.Result,
) error {
	for name, value := range in.PreviousOutput(previous) {
		if err := session.Setenv(name, value); err != nil {
			p.GetLogger(ctx).Debugf("%s refused the variable %s", in.Connection.address(), name)
		}
	}
	for name, value := range in.ExplicitEnvironment() {
		if err := session.Setenv(name, value); err != nil {
			return fmt.Errorf("%s refused the environment variable %s (%w); allow it by AcceptEnv in its "+
				"sshd_config, or pass the value by stdin", in.Connection.address(), name, err)
		}
	}
	return nil
}
