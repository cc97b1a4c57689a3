// Package remote runs commands and copies files over SSH: the resources remote.Command,
// remote.CopyToRemote and remote.CopyFile.
package remote

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// The defaults that the SDK's type definitions promise.
const (
	defaultUser                  = "root"
	defaultPort                  = 22
	defaultDialErrorLimit        = 10
	defaultPerDialTimeoutSeconds = 15
)

// Endpoint is one SSH server and how to log in there.
type Endpoint struct {
	Host               string  `pulumi:"host"`
	Port               *int    `pulumi:"port,optional"`
	User               *string `pulumi:"user,optional"`
	Password           *string `pulumi:"password,optional" provider:"secret"`
	PrivateKey         *string `pulumi:"privateKey,optional" provider:"secret"`
	PrivateKeyPassword *string `pulumi:"privateKeyPassword,optional" provider:"secret"`
	AgentSocketPath    *string `pulumi:"agentSocketPath,optional"`
	DialErrorLimit     *int    `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int    `pulumi:"perDialTimeout,optional"`
	HostKey            *string `pulumi:"hostKey,optional"`
}

// ProxyConnection is a jump host.
type ProxyConnection struct{ Endpoint }

// Connection is the host that a command runs on, behind a jump host or not.
type Connection struct {
	Endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

func (e Endpoint) address() string {
	return net.JoinHostPort(e.Host, strconv.Itoa(or(e.Port, defaultPort)))
}

// perDialTimeout bounds one attempt, log-in included; 0 means no bound.
func (e Endpoint) perDialTimeout() time.Duration {
	return time.Duration(or(e.PerDialTimeout, defaultPerDialTimeoutSeconds)) * time.Second
}

func (e Endpoint) clientConfig() (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{User: or(e.User, defaultUser)}
	if err := e.checkHostKey(config); err != nil {
		return nil, err
	}
	if e.PrivateKey != nil {
		signer, err := e.signer()
		if err != nil {
			return nil, fmt.Errorf("privateKey can't be read: %w", err)
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if keys, err := e.agentKeys(); err != nil {
		return nil, err
	} else if keys != nil {
		config.Auth = append(config.Auth, keys)
	}
	if e.Password != nil {
		config.Auth = append(config.Auth, ssh.Password(*e.Password), answerAll(*e.Password))
	}
	return config, nil
}

func (e Endpoint) signer() (ssh.Signer, error) {
	if e.PrivateKeyPassword != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(*e.PrivateKey), []byte(*e.PrivateKeyPassword))
	}
	return ssh.ParsePrivateKey([]byte(*e.PrivateKey))
}

// agentKeys is nil where there is no agent. An agent that was named must answer; one that only the
// environment names may be a left-over of a session that ended.
func (e Endpoint) agentKeys() (ssh.AuthMethod, error) {
	socket := or(e.AgentSocketPath, os.Getenv("SSH_AUTH_SOCK"))
	if socket == "" {
		return nil, nil
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		if e.AgentSocketPath != nil {
			return nil, fmt.Errorf("agentSocketPath %s: %w", socket, err)
		}
		return nil, nil
	}
	return ssh.PublicKeysCallback(agent.NewClient(conn).Signers), nil
}

// answerAll serves servers that ask for the password by keyboard-interactive only (PAM).
func answerAll(password string) ssh.AuthMethod {
	return ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range answers {
			answers[i] = password
		}
		return answers, nil
	})
}

func or[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}
