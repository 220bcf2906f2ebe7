-- What wrk asks of the shop: each of its pages in turn. At the end, what went wrong, on a line of its own.
local pages = 101
local page = 0

request = function()
  page = page % pages + 1
  if page == pages then
    return wrk.format("GET", "/")
  end
  return wrk.format("GET", "/products/" .. page)
end

done = function(summary, latency, requests)
  local errors = summary.errors
  print(string.format(
    "requests=%d connect=%d read=%d write=%d status=%d timeout=%d",
    summary.requests, errors.connect, errors.read, errors.write, errors.status, errors.timeout
  ))
end
