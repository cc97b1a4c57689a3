package command_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// sshServer is a real SSH server in this process, on a free port of the loopback: it lets one key in,
// runs commands by /bin/sh and serves SFTP. Like OpenSSH it takes LC_* variables only.
type sshServer struct {
	host       string
	port       int
	hostKey    string // its Ed25519 key, in the form of known_hosts; it has an RSA key as well
	rsaHostKey string
	clientKey  string // the private key that it lets in, PEM
}

func startSSHServer(t *testing.T) sshServer {
	t.Helper()
	_, client := ed25519Key(t)
	clientSigner, err := ssh.NewSignerFromKey(client)
	require.NoError(t, err)
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if string(key.Marshal()) == string(clientSigner.PublicKey().Marshal()) {
				return nil, nil
			}
			return nil, errors.New("unknown key")
		},
	}
	_, host := ed25519Key(t)
	rsaHost, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := sshServer{
		host:       "127.0.0.1",
		port:       listener.Addr().(*net.TCPAddr).Port,
		hostKey:    addHostKey(t, config, host),
		rsaHostKey: addHostKey(t, config, rsaHost),
		clientKey:  privateKeyPEM(t, client),
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveConnection(conn, config)
		}
	}()
	return server
}

// connection is the input `connection` with this server's key and whatever else a test gives.
func (s sshServer) connection(more map[string]any) map[string]any {
	connection := map[string]any{
		"host": s.host, "port": s.port, "user": "cc", "privateKey": s.clientKey, "dialErrorLimit": 0,
	}
	for name, value := range more {
		connection[name] = value
	}
	return connection
}

func ed25519Key(t *testing.T) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return public, private
}

func privateKeyPEM(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	require.NoError(t, err)
	return string(pem.EncodeToMemory(block))
}

func addHostKey(t *testing.T, config *ssh.ServerConfig, key any) string {
	t.Helper()
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	config.AddHostKey(signer)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))
}

func serveConnection(raw net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(raw, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		switch offered.ChannelType() {
		case "session":
			if channel, requests, err := offered.Accept(); err == nil {
				go serveSession(channel, requests)
			}
		case "direct-tcpip":
			go forward(offered)
		default:
			_ = offered.Reject(ssh.UnknownChannelType, "not offered")
		}
	}
}

func serveSession(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	env := os.Environ()
	for request := range requests {
		switch request.Type {
		case "env":
			var variable struct{ Name, Value string }
			err := ssh.Unmarshal(request.Payload, &variable)
			accepted := err == nil && strings.HasPrefix(variable.Name, "LC_")
			if accepted {
				env = append(env, variable.Name+"="+variable.Value)
			}
			_ = request.Reply(accepted, nil)
		case "exec":
			_ = request.Reply(true, nil)
			var line struct{ Command string }
			_ = ssh.Unmarshal(request.Payload, &line)
			status := struct{ Status uint32 }{run(channel, env, line.Command)}
			_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(&status))
			return
		case "subsystem":
			_ = request.Reply(true, nil)
			if server, err := sftp.NewServer(channel); err == nil {
				_ = server.Serve()
			}
			return
		default:
			_ = request.Reply(false, nil)
		}
	}
}

func run(channel ssh.Channel, env []string, line string) uint32 {
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, channel, channel.Stderr()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 255
	}
	go func() {
		_, _ = io.Copy(stdin, channel)
		_ = stdin.Close()
	}()
	_ = cmd.Run()
	return uint32(cmd.ProcessState.ExitCode())
}

func forward(offered ssh.NewChannel) {
	var target struct {
		Host       string
		Port       uint32
		OriginHost string
		OriginPort uint32
	}
	_ = ssh.Unmarshal(offered.ExtraData(), &target)
	conn, err := net.Dial("tcp", net.JoinHostPort(target.Host, strconv.Itoa(int(target.Port))))
	if err != nil {
		_ = offered.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	go func() {
		_, _ = io.Copy(conn, channel)
		_ = conn.Close()
	}()
	_, _ = io.Copy(channel, conn)
	_ = channel.Close()
}
