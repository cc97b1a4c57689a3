package remote

import (
	"context"
	"fmt"

	"github.com/pkg/sftp"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is the resource command:remote:CopyToRemote. Deleting it leaves the copy where it is.
type CopyToRemote struct{}

// CopyToRemoteInputs are its inputs.
type CopyToRemoteInputs struct {
	Connection *Connection          `pulumi:"connection" provider:"secret"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// CopyToRemoteState is its state.
type CopyToRemoteState struct{ CopyToRemoteInputs }

// Create copies.
func (CopyToRemote) Create(
	ctx context.Context, req infer.CreateRequest[CopyToRemoteInputs],
) (infer.CreateResponse[CopyToRemoteState], error) {
	resp := infer.CreateResponse[CopyToRemoteState]{Output: CopyToRemoteState{req.Inputs}}
	if req.DryRun {
		return resp, nil
	}
	var err error
	if resp.ID, err = resource.NewUniqueHex(req.Name, 8, 0); err != nil {
		return resp, err
	}
	return resp, req.Inputs.copy(ctx)
}

// Update copies again.
func (CopyToRemote) Update(
	ctx context.Context, req infer.UpdateRequest[CopyToRemoteInputs, CopyToRemoteState],
) (infer.UpdateResponse[CopyToRemoteState], error) {
	resp := infer.UpdateResponse[CopyToRemoteState]{Output: CopyToRemoteState{req.Inputs}}
	if req.DryRun {
		return resp, nil
	}
	return resp, req.Inputs.copy(ctx)
}

func (in CopyToRemoteInputs) copy(ctx context.Context) error {
	return in.Connection.withFiles(ctx, func(files remoteFiles) error {
		switch source := in.Source; {
		case source.Asset != nil && source.Asset.IsText():
			return files.writeText(in.RemotePath, source.Asset.Text)
		case source.Asset != nil && source.Asset.IsPath():
			return files.copyTree(source.Asset.Path, in.RemotePath)
		case source.Archive != nil && source.Archive.IsPath():
			return files.copyTree(source.Archive.Path, in.RemotePath)
		}
		return fmt.Errorf("source is neither a FileAsset nor a StringAsset nor a FileArchive")
	})
}

// CopyFile is the resource command:remote:CopyFile, deprecated in the SDK in favour of CopyToRemote.
// It has no Update: each change replaces it.
type CopyFile struct{}

// CopyFileInputs are its inputs.
type CopyFileInputs struct {
	Connection *Connection `pulumi:"connection" provider:"secret"`
	LocalPath  string      `pulumi:"localPath"`
	RemotePath string      `pulumi:"remotePath"`
	Triggers   *[]any      `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// CopyFileState is its state.
type CopyFileState struct{ CopyFileInputs }

// Create copies.
func (CopyFile) Create(
	ctx context.Context, req infer.CreateRequest[CopyFileInputs],
) (infer.CreateResponse[CopyFileState], error) {
	in := req.Inputs
	resp := infer.CreateResponse[CopyFileState]{Output: CopyFileState{in}}
	if req.DryRun {
		return resp, nil
	}
	var err error
	if resp.ID, err = resource.NewUniqueHex(req.Name, 8, 0); err != nil {
		return resp, err
	}
	return resp, in.Connection.withFiles(ctx, func(files remoteFiles) error {
		return files.copyFile(in.LocalPath, in.RemotePath)
	})
}

func (c Connection) withFiles(ctx context.Context, use func(remoteFiles) error) error {
	server, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := sftp.NewClient(server.Client)
	if err != nil {
		return fmt.Errorf("%s offers no SFTP: %w", c.address(), err)
	}
	defer client.Close()
	return use(remoteFiles{client})
}
