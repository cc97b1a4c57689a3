// Listener wrapper `connections`: so many at once over all listeners that have it, and no more. When there is no room, the
// one that was silent for longest makes some, unless a request is under way on it: browsers keep connections for minutes,
// for what they may want next.
package main

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
)

const (
	// Measured: a silent one with TLS costs 14 kB, and 40 kB while its request waits for its turn.
	mostConnections = 300
	// One that was heard of since then isn't silent; on a busy machine a greeting takes a while.
	silence = 5 * time.Second
)

var room = connectionRoom{open: map[ends]*countedConn{}, most: mostConnections}

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
	counted.heardOf()
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
	most int
}

type ends struct{ local, remote string }

// Whether there is room for it now.
func (r *connectionRoom) enter(conn *countedConn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) >= r.most {
		silent := r.longestSilent()
		if silent == nil {
			return false
		}
		delete(r.open, endsOf(silent))
		// The server reads from it, finds it closed, and ends what it has for it.
		silent.Conn.Close()
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

func (r *connectionRoom) longestSilent() *countedConn {
	var found *countedConn
	oldest := time.Now().Add(-silence).UnixNano()
	for _, conn := range r.open {
		if heard := conn.heard.Load(); heard < oldest && !conn.busy {
			found, oldest = conn, heard
		}
	}
	return found
}

type countedConn struct {
	net.Conn
	heard atomic.Int64
	// Guarded by the room.
	busy bool
}

// A server's word about its connections: whether a request, or what became of one, is under way.
func (r *connectionRoom) noteState(conn net.Conn, state http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if counted, ok := r.open[endsOf(conn)]; ok {
		counted.busy = state == http.StateActive || state == http.StateHijacked
	}
}

// What tells a connection from all others, also where TLS is wrapped around it.
func endsOf(conn net.Conn) ends {
	return ends{local: conn.LocalAddr().String(), remote: conn.RemoteAddr().String()}
}

func (c *countedConn) heardOf() { c.heard.Store(time.Now().UnixNano()) }

func (c *countedConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	c.heardOf()
	return n, err
}

func (c *countedConn) Write(from []byte) (int, error) {
	n, err := c.Conn.Write(from)
	c.heardOf()
	return n, err
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
