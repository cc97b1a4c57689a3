package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"
)

// The pause between two attempts grows by pauseStep each time, up to longestPause.
const (
	pauseStep    = time.Second
	longestPause = 10 * time.Second
)

// link is a connection, and the one to the jump host that it goes through.
type link struct {
	*ssh.Client
	via *link
}

func (l *link) Close() error {
	err := l.Client.Close()
	if l.via != nil {
		err = errors.Join(err, l.via.Close())
	}
	return err
}

// dial connects and logs in, trying again until dialErrorLimit. The link is closed when ctx ends.
func (c Connection) dial(ctx context.Context) (*link, error) {
	var via *link
	open := (&net.Dialer{}).DialContext
	if c.Proxy != nil {
		var err error
		if via, err = (Connection{Endpoint: c.Proxy.Endpoint}).dial(ctx); err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
		open = via.DialContext
	}
	client, err := c.dialRepeatedly(ctx, open)
	if err != nil {
		if via != nil {
			err = errors.Join(err, via.Close())
		}
		return nil, err
	}
	connected := &link{client, via}
	context.AfterFunc(ctx, func() { _ = connected.Close() })
	return connected, nil
}

type opener func(ctx context.Context, network, address string) (net.Conn, error)

func (e Endpoint) dialRepeatedly(ctx context.Context, open opener) (*ssh.Client, error) {
	config, err := e.clientConfig()
	if err != nil {
		return nil, err
	}
	limit := or(e.DialErrorLimit, defaultDialErrorLimit)
	for failures := 1; ; failures++ {
		client, err := e.dialOnce(ctx, open, config)
		if err == nil {
			return client, nil
		}
		if refused := (*hostKeyRefused)(nil); errors.As(err, &refused) {
			return nil, refused
		}
		if limit >= 0 && failures > limit {
			return nil, fmt.Errorf("%s@%s can't be reached by SSH (attempt %d, dialErrorLimit %d): %w",
				config.User, e.address(), failures, limit, err)
		}
		p.GetLogger(ctx).InfoStatusf("attempt %d to reach %s failed: %v", failures, e.address(), err)
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(min(time.Duration(failures)*pauseStep, longestPause)):
		}
	}
}

func (e Endpoint) dialOnce(ctx context.Context, open opener, config *ssh.ClientConfig) (*ssh.Client, error) {
	attempt := ctx
	if timeout := e.perDialTimeout(); timeout > 0 {
		var cancel context.CancelFunc
		attempt, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	raw, err := open(attempt, "tcp", e.address())
	if err != nil {
		return nil, err
	}
	// Closing is the one way to bound the log-in that also works through a jump host, whose
	// connections have no deadlines.
	// A failed log-in closes the connection by itself.
	stop := context.AfterFunc(attempt, func() { _ = raw.Close() })
	conn, channels, requests, err := ssh.NewClientConn(raw, e.address(), config)
	inTime := stop()
	if err == nil && !inTime {
		_ = conn.Close()
	}
	if !inTime {
		return nil, fmt.Errorf("no log-in within perDialTimeout (%s): %w", e.perDialTimeout(), context.Cause(attempt))
	}
	if err != nil {
		return nil, err
	}
	return ssh.NewClient(conn, channels, requests), nil
}
