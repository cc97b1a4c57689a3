// Listener wrapper `connections`: so many at once over all listeners that have it, and no more. Browsers keep connections for
// minutes, for what they may want next: when there is no room, the one that was idle for longest makes some.
package main

import (
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
)

const (
	// Measured: an idle one with TLS costs 14 kB, and 40 kB while its request waits for its turn.
	mostConnections = 300
	// One that is idle for less is likely to be used again.
	shortestIdle = time.Second
)

var room = connectionRoom{open: map[ends]*countedConn{}}

type connections struct{}

func init() { caddy.RegisterModule(connections{}) }

func (connections) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "caddy.listeners.connections", New: func() caddy.Module { return new(connections) }}
}

func (connections) WrapListener(inner net.Listener) net.Listener {
	return &countedListener{Listener: inner, closed: make(chan struct{})}
}

type countedListener struct {
	net.Listener
	closed chan struct{}
	once   sync.Once
}

func (l *countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	counted := &countedConn{Conn: conn}
	for !room.enter(counted) {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-l.closed:
			conn.Close()
			return nil, net.ErrClosed
		}
	}
	return counted, nil
}

func (l *countedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type connectionRoom struct {
	mu   sync.Mutex
	open map[ends]*countedConn
}

// What tells a connection from all others, also where TLS is wrapped around it.
type ends struct{ local, remote string }

func endsOf(conn net.Conn) ends {
	return ends{local: conn.LocalAddr().String(), remote: conn.RemoteAddr().String()}
}

// Whether there is room for it now.
func (r *connectionRoom) enter(conn *countedConn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) >= mostConnections {
		idle := r.longestIdle()
		if idle == nil {
			return false
		}
		delete(r.open, endsOf(idle))
		// The server reads from it, finds it closed, and ends what it has for it.
		idle.Conn.Close()
	}
	r.open[endsOf(conn)] = conn
	return true
}

func (r *connectionRoom) leave(conn *countedConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// By then the same ends may be those of a new one.
	if r.open[endsOf(conn)] == conn {
		delete(r.open, endsOf(conn))
	}
}

func (r *connectionRoom) longestIdle() *countedConn {
	var found *countedConn
	oldest := time.Now().Add(-shortestIdle)
	for _, conn := range r.open {
		if !conn.idleSince.IsZero() && conn.idleSince.Before(oldest) {
			found, oldest = conn, conn.idleSince
		}
	}
	return found
}

// A server's word about its connections. Those that are new, too, aren't idle: their first request is under way, or late.
func (r *connectionRoom) noteState(conn net.Conn, state http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	counted, ok := r.open[endsOf(conn)]
	if !ok {
		return
	}
	counted.idleSince = time.Time{}
	if state == http.StateIdle {
		counted.idleSince = time.Now()
	}
}

type countedConn struct {
	net.Conn
	// Zero while it isn't idle. Guarded by the room.
	idleSince time.Time
}

func (c *countedConn) Close() error {
	room.leave(c)
	return c.Conn.Close()
}

// The server closes its own half first, where a client may still be reading its answer.
func (c *countedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
