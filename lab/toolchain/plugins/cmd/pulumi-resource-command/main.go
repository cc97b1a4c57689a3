// Command pulumi-resource-command is the Pulumi resource plugin for @pulumi/command.
package main

import (
	"context"
	"fmt"
	"os"

	"feedback-loop/lab/toolchain/plugins/command"
)

var version = "0.0.0-dev" // set by build.sh: the version of the npm SDK

func main() {
	provider, err := command.Provider()
	if err == nil {
		err = provider.Run(context.Background(), "command", version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
