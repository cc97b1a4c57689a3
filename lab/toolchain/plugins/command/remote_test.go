package command_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

const (
	remoteCommand = "command:remote:Command"
	copyToRemote  = "command:remote:CopyToRemote"
	copyFile      = "command:remote:CopyFile"
)

func createRemote(t *testing.T, connection map[string]any, inputs map[string]any) (property.Map, error) {
	t.Helper()
	inputs["connection"] = secret(connection)
	resp, err := serve(t).Create(p.CreateRequest{Urn: urn(remoteCommand), Properties: properties(inputs)})
	return resp.Properties, err
}

func TestRemoteLifeCycle(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	sshd, server := startSSHServer(t), serve(t)
	inputs := properties(map[string]any{
		"connection":  secret(sshd.connection(map[string]any{"hostKey": sshd.hostKey})),
		"create":      `echo "created $LC_WHO"; cat; echo warning >&2`,
		"update":      `echo updated`,
		"delete":      `echo deleted > ` + trace,
		"stdin":       "from stdin\n",
		"environment": map[string]any{"LC_WHO": "ann"},
	})
	created, err := server.Create(p.CreateRequest{Urn: urn(remoteCommand), Properties: inputs})
	require.NoError(t, err)
	assert.Equal(t, "created ann\nfrom stdin", created.Properties.Get("stdout").AsString())
	assert.Equal(t, "warning", created.Properties.Get("stderr").AsString())
	assert.True(t, created.Properties.Get("connection").Secret())
	updated, err := server.Update(p.UpdateRequest{Urn: urn(remoteCommand), State: created.Properties, Inputs: inputs})
	require.NoError(t, err)
	assert.Equal(t, "updated", updated.Properties.Get("stdout").AsString())
	require.NoError(t, server.Delete(p.DeleteRequest{Urn: urn(remoteCommand), Properties: updated.Properties}))
	assert.FileExists(t, trace)
}

func TestRemoteFailureTellsWhatWasPrinted(t *testing.T) {
	sshd := startSSHServer(t)
	_, err := createRemote(t, sshd.connection(nil), map[string]any{
		"create": "cat >&2; echo docker is missing >&2; exit 7", "stdin": secret("pa55-by-stdin"),
	})
	require.ErrorContains(t, err, "docker is missing")
	assert.ErrorContains(t, err, "7")
	assert.NotContains(t, err.Error(), "pa55")
}

func TestRemoteRefusedVariableIsAnError(t *testing.T) {
	sshd := startSSHServer(t)
	_, err := createRemote(t, sshd.connection(nil), map[string]any{
		"create": "true", "environment": map[string]any{"TOKEN": "x"},
	})
	require.ErrorContains(t, err, "refused the environment variable TOKEN")
	assert.ErrorContains(t, err, "AcceptEnv")
}

func TestRemoteHostKey(t *testing.T) {
	sshd := startSSHServer(t)
	other, _ := ed25519Key(t)
	otherKey, err := ssh.NewPublicKey(other)
	require.NoError(t, err)
	wrong := string(ssh.MarshalAuthorizedKey(otherKey))

	for name, right := range map[string]string{"ed25519": sshd.hostKey, "rsa": sshd.rsaHostKey, "comment": sshd.hostKey + " root@vm"} {
		t.Run("right "+name, func(t *testing.T) {
			_, err := createRemote(t, sshd.connection(map[string]any{"hostKey": right}), map[string]any{"create": "true"})
			require.NoError(t, err)
		})
	}
	t.Run("wrong is refused at once and runs nothing", func(t *testing.T) {
		trace := filepath.Join(t.TempDir(), "trace")
		started := time.Now()
		_, err := createRemote(t, sshd.connection(map[string]any{"hostKey": wrong, "dialErrorLimit": -1}),
			map[string]any{"create": "touch " + trace})
		require.ErrorContains(t, err, "shows the host key SHA256:")
		assert.ErrorContains(t, err, ssh.FingerprintSHA256(otherKey))
		assert.Less(t, time.Since(started), 5*time.Second)
		assert.NoFileExists(t, trace)
	})
	t.Run("unreadable", func(t *testing.T) {
		_, err := createRemote(t, sshd.connection(map[string]any{"hostKey": "nonsense"}), map[string]any{"create": "true"})
		require.ErrorContains(t, err, `hostKey is "nonsense"`)
	})
}

func TestRemoteDialling(t *testing.T) {
	sshd := startSSHServer(t)
	t.Run("a server that comes up late is waited for", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer listener.Close()
		go refuseThenRelay(listener, sshd.port, 1)
		_, err = createRemote(t, sshd.connection(map[string]any{
			"port": listener.Addr().(*net.TCPAddr).Port, "dialErrorLimit": 5,
		}), map[string]any{"create": "true"})
		require.NoError(t, err)
	})
	t.Run("dialErrorLimit", func(t *testing.T) {
		_, err := createRemote(t, sshd.connection(map[string]any{"port": 1, "dialErrorLimit": 1}), map[string]any{"create": "true"})
		require.ErrorContains(t, err, "cc@127.0.0.1:1 can't be reached by SSH (attempt 2, dialErrorLimit 1)")
	})
	t.Run("perDialTimeout bounds the log-in", func(t *testing.T) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer silent.Close()
		started := time.Now()
		_, err = createRemote(t, sshd.connection(map[string]any{
			"port": silent.Addr().(*net.TCPAddr).Port, "perDialTimeout": 1,
		}), map[string]any{"create": "true"})
		require.ErrorContains(t, err, "no log-in within perDialTimeout (1s)")
		assert.Less(t, time.Since(started), 5*time.Second)
	})
	t.Run("another key is not let in", func(t *testing.T) {
		_, private := ed25519Key(t)
		_, err := createRemote(t, sshd.connection(map[string]any{"privateKey": privateKeyPEM(t, private)}),
			map[string]any{"create": "true"})
		require.ErrorContains(t, err, "unable to authenticate")
	})
	t.Run("unreadable key", func(t *testing.T) {
		_, err := createRemote(t, sshd.connection(map[string]any{"privateKey": "pa55-no-key"}), map[string]any{"create": "true"})
		require.ErrorContains(t, err, "privateKey can't be read")
		assert.NotContains(t, err.Error(), "pa55")
	})
	t.Run("proxy", func(t *testing.T) {
		proxy := startSSHServer(t)
		_, err := createRemote(t, sshd.connection(map[string]any{
			"hostKey": sshd.hostKey, "proxy": proxy.connection(map[string]any{"hostKey": proxy.hostKey}),
		}), map[string]any{"create": "true"})
		require.NoError(t, err)
		_, err = createRemote(t, sshd.connection(map[string]any{
			"proxy": proxy.connection(map[string]any{"hostKey": sshd.hostKey}),
		}), map[string]any{"create": "true"})
		require.ErrorContains(t, err, "proxy: ")
	})
}

func TestCopyToRemote(t *testing.T) {
	sshd := startSSHServer(t)
	source := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(source, "tree/sub"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(source, "tree/sub/leaf"), []byte("leaf"), 0o644))
	file, err := asset.FromPath(filepath.Join(source, "tree/sub/leaf"))
	require.NoError(t, err)
	text, err := asset.FromText("text")
	require.NoError(t, err)
	tree, err := archive.FromPath(filepath.Join(source, "tree"))
	require.NoError(t, err)

	copyTo := func(t *testing.T, source property.Value, to string) error {
		_, err := serve(t).Create(p.CreateRequest{Urn: urn(copyToRemote), Properties: properties(map[string]any{
			"connection": secret(sshd.connection(nil)), "source": source, "remotePath": to,
		})})
		return err
	}
	to := t.TempDir()
	for name, c := range map[string]struct {
		source   property.Value
		to, path string
		content  string
	}{
		"text makes parents":         {property.New(text), "new/dir/file", "new/dir/file", "text"},
		"file to a name":             {property.New(file), "named", "named", "leaf"},
		"file into a directory":      {property.New(file), ".", "leaf", "leaf"},
		"directory into a directory": {property.New(tree), ".", "tree/sub/leaf", "leaf"},
		"directory to a new path":    {property.New(tree), "made", "made/tree/sub/leaf", "leaf"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, copyTo(t, c.source, filepath.Join(to, c.to)))
			content, err := os.ReadFile(filepath.Join(to, c.path))
			require.NoError(t, err)
			assert.Equal(t, c.content, string(content))
		})
	}
	t.Run("text onto a directory", func(t *testing.T) {
		require.ErrorContains(t, copyTo(t, property.New(text), to), "a StringAsset needs the path of a file")
	})
	t.Run("CopyFile", func(t *testing.T) {
		_, err := serve(t).Create(p.CreateRequest{Urn: urn(copyFile), Properties: properties(map[string]any{
			"connection": secret(sshd.connection(nil)),
			"localPath":  filepath.Join(source, "tree/sub/leaf"), "remotePath": filepath.Join(to, "copied"),
		})})
		require.NoError(t, err)
		assert.FileExists(t, filepath.Join(to, "copied"))
	})
}

// refuseThenRelay hangs up on the first callers, as a server does that is still booting.
func refuseThenRelay(listener net.Listener, port, refusals int) {
	for {
		caller, err := listener.Accept()
		if err != nil {
			return
		}
		if refusals > 0 {
			refusals--
			_ = caller.Close()
			continue
		}
		server, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			_ = caller.Close()
			continue
		}
		go func() { _, _ = io.Copy(server, caller) }()
		go func() { _, _ = io.Copy(caller, server) }()
	}
}
