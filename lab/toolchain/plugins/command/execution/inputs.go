// Package execution holds what local and remote commands share: their inputs, their results, and how
// their output is captured. The field names are those of the npm SDK @pulumi/command.
package execution

import "maps"

// Inputs are the inputs that local.Command and remote.Command have in common.
type Inputs struct {
	Create                 *string            `pulumi:"create,optional"`
	Update                 *string            `pulumi:"update,optional"`
	Delete                 *string            `pulumi:"delete,optional"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	Triggers               *[]any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Logging                *string            `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
}

// Result is what a command printed, each without its last newline.
type Result struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// OnUpdate is the command that an update runs: `update`, or else `create`; nil if neither is given.
func (in Inputs) OnUpdate() *string {
	if in.Update != nil {
		return in.Update
	}
	return in.Create
}

// ExplicitEnvironment holds the variables that the user asked for.
func (in Inputs) ExplicitEnvironment() map[string]string {
	if in.Environment == nil {
		return nil
	}
	return *in.Environment
}

// PreviousOutput holds the variables that carry the output of the run before, unless the user
// declined them or there was none.
func (in Inputs) PreviousOutput(previous Result) map[string]string {
	if in.AddPreviousOutputInEnv != nil && !*in.AddPreviousOutputInEnv {
		return nil
	}
	variables := map[string]string{
		"PULUMI_COMMAND_STDOUT": previous.Stdout,
		"PULUMI_COMMAND_STDERR": previous.Stderr,
	}
	maps.DeleteFunc(variables, func(_, value string) bool { return value == "" })
	return variables
}
